// npm scripts preload this file (`node -r`). It is plain JavaScript that every version of Node can run: an older Node
// cannot run TypeScript, and without the dependencies the first import fails.
// `npm ci` installs Node 24 into node_modules, and npm scripts use that one.
'use strict';

var fs = require('fs');
var path = require('path');

var root = path.join(__dirname, '..', '..');
var found = process.versions.node;
var oldest = require(path.join(root, 'package.json')).engines.node.replace('>=', '');
var problems = [];

if (Number(found.split('.')[0]) < Number(oldest)) {
  problems.push('Node ' + oldest + ' or later is needed, and this is Node ' + found);
}
if (!fs.existsSync(path.join(root, 'node_modules', '.bin', 'node'))) {
  problems.push('The dependencies, which include Node ' + oldest + ', are not installed');
}
if (problems.length > 0) {
  console.error(problems.join('.\n') + '.\nInstall the dependencies with their scripts: npm ci');
  process.exit(1);
}
