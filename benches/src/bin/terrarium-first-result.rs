//! A process that runs one line of Python and ends: the subject of the benchmark `start`.

use terrarium_core::{Sandbox, SandboxOptions, Value};

fn main() -> terrarium_core::Result<()> {
    let result = Sandbox::new(SandboxOptions::default())?.execute("6 * 7")?;
    assert_eq!(result.final_expression, Some(Value::Int(42)));
    Ok(())
}
