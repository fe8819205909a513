//! Run a Python program with an input file; get its value, its output and the files it made.

use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Status, Value};

const CODE: &str = "
import csv, json

with open('sales.csv', newline='') as file:
    rows = list(csv.DictReader(file))
total = sum(int(row['amount']) for row in rows)
with open('report.json', 'w') as file:
    json.dump({'rows': len(rows), 'total': total}, file)
print('read', len(rows), 'rows')
total
";

fn main() -> terrarium_core::Result<()> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let result =
        sandbox.execute_with(CODE, ExecuteOptions::new().file("sales.csv", "item,amount\napple,30\npear,12\n"))?;

    println!("{:?}: {}", result.status, result.stdout);
    for (name, content) in &result.output_files {
        println!("{name}: {content:?}");
    }

    assert_eq!(result.status, Status::Success);
    assert_eq!(result.stdout, "read 2 rows\n");
    assert_eq!(result.final_expression, Some(Value::Int(42)));
    assert_eq!(result.output_files["report.json"].as_str(), Ok(r#"{"rows": 2, "total": 42}"#));
    Ok(())
}
