// Plain JavaScript on purpose: an old Node must be able to read this file far enough to say what is wrong.
'use strict';
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Syncline runs on Node 24; this is ${process.version}.\n` +
      'On Linux x64 and arm64, `npm install` brings Node 24 and `npm run` and `make` use it by themselves.\n' +
      'Elsewhere, install Node 24 and put it first on PATH.',
  );
  process.exit(1);
}
