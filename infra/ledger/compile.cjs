// Compiles ContractLedger.sol as it is deployed and prints the artefact, ContractLedger.json. The same source and the same
// compiler yield the same bytes: no hash of metadata goes in. `infra/ledger/check` calls it.
"use strict";

const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { join } = require("node:path");

// The compiler stands in the cache of tools and not beside this file.
const [modules] = process.argv.slice(2);
const solc = createRequire(join(modules, "of.cjs"))("solc");

const name = "ContractLedger";
const file = `${name}.sol`;
const settings = {
  evmVersion: "cancun",
  metadata: { appendCBOR: false, bytecodeHash: "none" },
  optimizer: { enabled: true, runs: 200 },
};
const outputSelection = { [file]: { [name]: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } };
const input = {
  language: "Solidity",
  sources: { [file]: { content: readFileSync(join(__dirname, file), "utf8") } },
  settings: { ...settings, outputSelection },
};

const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)));
if (errors.length > 0) {
  // A warning too: nobody would read it later.
  console.error(errors.map((error) => error.formattedMessage).join("\n"));
  process.exit(1);
}
const { abi, evm } = contracts[file][name];
const artefact = {
  contract: name,
  compiler: solc.version(),
  settings,
  abi,
  bytecode: `0x${evm.bytecode.object}`,
  deployedBytecode: `0x${evm.deployedBytecode.object}`,
};
console.log(JSON.stringify(artefact, null, 2));
