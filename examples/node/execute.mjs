// Run a Python program with an input file; get its value, its output and the files it made.
import assert from 'node:assert/strict';
import { Sandbox } from 'terrarium';

const CODE = `
import csv, json

with open('sales.csv', newline='') as file:
    rows = list(csv.DictReader(file))
total = sum(int(row['amount']) for row in rows)
with open('report.json', 'w') as file:
    json.dump({'rows': len(rows), 'total': total}, file)
print('read', len(rows), 'rows')
total
`;

const sandbox = await Sandbox.create();
const result = await sandbox.execute(CODE, { files: { 'sales.csv': 'item,amount\napple,30\npear,12\n' } });

console.log(`${result.status}: ${result.stdout}`);
for (const [name, content] of Object.entries(result.outputFiles)) {
  console.log(`${name}: ${content}`);
}

assert.equal(result.status, 'success');
assert.equal(result.stdout, 'read 2 rows\n');
assert.equal(result.finalExpression, 42);
assert.equal(String(result.outputFiles['report.json']), '{"rows": 2, "total": 42}');
