// Preloaded by npm scripts (`node -r`). An older Node cannot run TypeScript, and a Node without the dependencies fails at
// the first import, so this is plain JavaScript that every Node can run.
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
