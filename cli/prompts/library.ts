// Only these: the bundle then has no editor and its tables of character sets.
export { checkbox, confirm, input, password, select } from '@inquirer/prompts';
