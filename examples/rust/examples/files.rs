//! Files of a session: written and read by both sides; each run tells what it changed.

use terrarium_core::{Sandbox, SandboxOptions};

fn main() -> terrarium_core::Result<()> {
    let mut session = Sandbox::new(SandboxOptions::default())?.session()?;
    session.write_file("in/words.txt", "pear apple fig")?;

    let result = session.execute(
        "words = open('in/words.txt').read().split()
open('sorted.txt', 'w').write('\\n'.join(sorted(words)))
open('in/words.txt', 'a').write(' plum')",
    )?;
    for file in session.list_files()? {
        println!("{:>6} {}", file.size, file.path);
    }

    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["in/words.txt", "sorted.txt"]);
    assert_eq!(session.read_file("sorted.txt")?.as_str(), Ok("apple\nfig\npear"));
    session.remove_file("sorted.txt")?;
    assert_eq!(session.execute("import os\nos.listdir()")?.final_repr.as_deref(), Some("['in']"));
    Ok(())
}
