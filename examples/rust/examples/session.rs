//! Keep an interpreter: names, modules and files stay from one run to the next, also after an error.

use terrarium_core::{Sandbox, SandboxOptions, Status, Value};

fn main() -> terrarium_core::Result<()> {
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let mut session = sandbox.session()?;

    session
        .execute("import statistics\nseen = []\ndef add(n):\n    seen.append(n)\n    return statistics.mean(seen)")?;
    session.execute("add(40)")?;
    let failed = session.execute("add('forty') / 0")?;
    println!("{}", failed.error.map_or(String::new(), |error| error.traceback));
    let mean = session.execute("seen = [n for n in seen if isinstance(n, int)]\nadd(44)")?;

    assert_eq!(failed.status, Status::Error);
    assert_eq!(mean.final_expression, Some(Value::Int(42)));

    session.reset()?;
    assert_eq!(session.execute("seen")?.status, Status::Error);
    Ok(())
}
