//! Does one [`terrarium_tests::Job`] that it reads from its standard input, in a process that may come to harm.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    terrarium_tests::serve(std::io::stdin().lock(), std::io::stdout().lock())
}
