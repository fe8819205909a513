//! Typed values in by name, and out by name or as the last expression.

use terrarium_core::{ExecuteOptions, Sandbox, SandboxOptions, Value};

fn main() -> terrarium_core::Result<()> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let options = ExecuteOptions::new()
        .input("prices", vec![1.5, 2.25, 3.0])
        .input("name", "fruit")
        .outputs(["total", "summary"]);
    let code = "from decimal import Decimal\ntotal = sum(prices)\nsummary = {'name': name, 'sum': (total, len(prices))}\nDecimal(str(total))";
    let result = sandbox.execute_with(code, options)?;
    println!("{:?}", result.outputs);

    assert_eq!(result.outputs["total"].as_f64(), Some(6.75));
    assert_eq!(result.outputs["summary"].get("name").and_then(Value::as_str), Some("fruit"));
    assert_eq!(result.final_expression, Some(Value::Decimal("6.75".to_owned())));
    Ok(())
}
