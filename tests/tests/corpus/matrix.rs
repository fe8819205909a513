//! Every wheel of the corpus: its modules are imported, and its program runs. The table of COMPATIBILITY.md is made
//! from the heads of the same programs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::{Duration, Instant},
};

use terrarium_core::{ExecutionResult, Sandbox, SandboxOptions, Status};
use terrarium_tests::{Program, Works, check_golden, corpus, each, programs, transcript, wheels};
use zip::ZipArchive;

/// Modules that cannot be imported, with their errors.
const NOT_IMPORTED: &[(&str, &str)] = &[
    // A server, which needs another package.
    ("blackd", "No module named 'aiohttp'"),
    // There is no Tk.
    ("matplotlib.backends._tkagg", "initialization failed"),
    // A circular import of its own: it works when it is not imported first, here as elsewhere.
    ("scipy.linalg._matfuncs_sqrtm_triu", "most likely due to a circular import"),
];

/// Modules whose import ends the interpreter: their function is called with an argument that it does not take, which
/// WebAssembly refuses.
const CRASHING: &[&str] = &["PIL._imagingtk"];

/// The first use compiles sources and libraries.
const TIMEOUT: Duration = Duration::from_secs(300);

/// Returns the name of a wheel, which is the name of its program.
fn name(wheel: &Path) -> String {
    let file = wheel.file_name().expect("a name").to_string_lossy();
    file.split('-').next().expect("a first part").to_owned()
}

/// Returns the modules at the root of a wheel, and the compiled ones.
fn modules(wheel: &Path) -> BTreeSet<String> {
    let archive = ZipArchive::new(fs::File::open(wheel).expect("a wheel")).expect("an archive");
    let files = archive.file_names().map(|file| file.expect("a name").as_ref().to_owned());
    let mut modules = BTreeSet::new();
    for file in files {
        let folder = file.split('/').next().expect("a first part");
        // Data, and libraries that are no modules: `x-1.dist-info`, `x-1.data`, `x.libs`.
        if folder.contains('.') && folder != file {
            continue;
        }
        if let Some(end) = file.find(".cpython-").filter(|_| file.ends_with(".so")) {
            modules.insert(file[..end].replace('/', "."));
        }
        if file.ends_with(".py") {
            modules.insert(folder.trim_end_matches(".py").to_owned());
        }
    }
    modules
}

/// Imports the modules one by one, and compares the failures with the known ones.
fn check_imports(sandbox: &Sandbox, mut modules: BTreeSet<String>) -> Result<(), String> {
    let run = |code: &str| sandbox.execute(code).map_err(|error| error.to_string());
    for module in CRASHING {
        if modules.remove(*module) {
            ended(&run(&format!("import {module}"))?, Status::Crashed).map_err(|text| format!("{module}: {text}"))?;
        }
    }
    let code = format!(
        "import importlib, warnings
warnings.simplefilter('ignore')
for name in {modules:?}:
    try: importlib.import_module(name)
    except BaseException as error: print(f'{{name}}: {{error}}')",
        modules = modules.iter().collect::<Vec<_>>(),
    );
    let result = run(&code)?;
    ended(&result, Status::Success)?;
    let mut known = NOT_IMPORTED.iter().filter(|(name, _)| modules.contains(*name));
    let as_known = |line: &str| {
        known.next().is_some_and(|(name, why)| line.starts_with(&format!("{name}: ")) && line.contains(why))
    };
    if result.stdout.lines().all(as_known) && known.next().is_none() {
        Ok(())
    } else {
        Err(format!("not imported, and not as it is known:\n{}", result.stdout))
    }
}

fn ended(result: &ExecutionResult, status: Status) -> Result<(), String> {
    if result.status == status {
        return Ok(());
    }
    let traceback = result.error.as_ref().map_or("", |error| &error.traceback);
    Err(format!("{:?}, not {status:?}\n{traceback}", result.status))
}

fn check(program: &Program, wheel: &Path) -> Result<(), String> {
    let started = Instant::now();
    let options = program.sandbox_options().timeout(TIMEOUT);
    let sandbox = Sandbox::new(options).map_err(|error| error.to_string())?;
    check_imports(&sandbox, modules(wheel))?;
    let imported = started.elapsed();

    let result = sandbox.execute_with(&program.source, program.execute_options()).map_err(|error| error.to_string())?;
    let canonical = |name: &str| name.to_lowercase().replace('-', "_");
    if !result.metrics.packages.iter().any(|package| canonical(package) == canonical(&program.name)) {
        return Err(format!("the package is not among {:?}", result.metrics.packages));
    }
    match program.works {
        Some(Works::Yes | Works::InPart) => ended(&result, Status::Success)?,
        Some(Works::No) => ended(&result, Status::Error)?,
        None => return Err("nothing says how much of it works".to_owned()),
    }
    let total = started.elapsed();
    println!("{:20} imports {imported:6.1?}, in all {total:6.1?}", program.name);
    check_golden(program, &transcript(&result))
}

#[test]
fn every_wheel_is_imported_and_its_program_does_what_the_table_says() {
    let wheels: BTreeMap<String, _> = wheels().into_iter().map(|path| (name(&path), path)).collect();
    let programs = programs("packages");
    let described: BTreeSet<&String> = programs.iter().map(|program| &program.name).collect();
    assert_eq!(described, wheels.keys().collect(), "a wheel without a program, or a program without a wheel");
    each(&programs, |program| &program.name, |program| check(program, &wheels[&program.name]));
}

#[test]
fn many_packages_share_a_sandbox() {
    let names = ["seaborn", "scikit-learn", "sympy", "openpyxl", "lxml", "pydantic", "regex"];
    let sandbox = Sandbox::new(
        SandboxOptions::new()
            .preload(false)
            .packages(names.map(str::to_owned).to_vec())
            .package_source(corpus())
            .timeout(TIMEOUT),
    );
    let code = "
import openpyxl, pandas as pd, pydantic, regex, seaborn as sns, sympy
from lxml import etree
from sklearn.linear_model import LinearRegression

data = pd.DataFrame({'x': range(10)})
data['y'] = 3 * data.x + 1
model = LinearRegression().fit(data[['x']], data.y)
x = sympy.symbols('x')
root = sympy.solve(sympy.nsimplify(model.coef_[0], rational=True, tolerance=1e-6) * x + round(model.intercept_), x)
data.to_excel('data.xlsx', index=False)
back = openpyxl.load_workbook('data.xlsx').active
page = etree.HTML(data.to_html())
class Row(pydantic.BaseModel): x: int; y: int
rows = [Row(x=a.text, y=b.text) for a, b in zip(page.xpath('//tr/td[1]'), page.xpath('//tr/td[2]'))]
sns.regplot(data, x='x', y='y').figure.savefig('plot.png')
[str(root), back.max_row, rows[9].y, regex.findall(r'\\p{Lu}', etree.tostring(page).decode()), len(open('plot.png', 'rb').read()) > 5000]";
    let result = sandbox.unwrap().execute(code).unwrap();
    let expected = "['[-1/3]', 11, 28, [], True]";
    assert_eq!(result.final_repr.as_deref(), Some(expected), "{:?}", result.error);
}
