//! Programs that need packages: arrays, tables, figures, equations.

use terrarium_core::{Bytes, ExecuteOptions, ExecutionResult, Packages, Sandbox, SandboxOptions, Status, Value};
use terrarium_tests::{Picture, corpus};

/// Runs code with the packages that it imports.
#[track_caller]
fn run(code: &str, files: &[(&str, Vec<u8>)]) -> ExecutionResult {
    let options = SandboxOptions::new()
        .packages(Packages::Auto)
        .package_source(corpus())
        .timeout(std::time::Duration::from_secs(300));
    let files = files.iter().map(|(name, content)| (*name, Bytes::from(content.clone())));
    let result = Sandbox::new(options).unwrap().execute_with(code, ExecuteOptions::new().files(files)).unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result
}

#[test]
fn matrices_of_numpy_are_printed() {
    let result = run("import numpy as np\na = np.arange(15).reshape(3, 5)\nprint(a)\nprint(a + 20)", &[]);
    let expected = "\
[[ 0  1  2  3  4]
 [ 5  6  7  8  9]
 [10 11 12 13 14]]
[[20 21 22 23 24]
 [25 26 27 28 29]
 [30 31 32 33 34]]
";
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), (expected, ""));
    assert_eq!(result.final_expression, None);
}

#[test]
fn arrays_of_numpy_are_mapped_files() {
    let code = "import numpy as np
a = np.memmap('a.dat', dtype='float64', mode='w+', shape=(1000, 4))
a[:] = np.arange(4)
a.flush()
b = np.memmap('a.dat', dtype='float64', mode='r+', shape=(1000, 4))
b[0, 0] = 5
c = np.memmap('a.dat', dtype='float64', mode='c', shape=(1000, 4))
c[0, 1] = 7
np.save('b.npy', np.zeros(5))
d = np.load('b.npy', mmap_mode='r+')
d[2] = 1
del d
print(a[0], np.fromfile('a.dat')[:4], np.load('b.npy'), np.memmap('a.dat', dtype='u1', mode='r').size)";
    let result = run(code, &[]);
    assert_eq!(result.stdout, "[5. 1. 2. 3.] [5. 1. 2. 3.] [0. 0. 1. 0. 0.] 32000\n");
    let array: Vec<u8> = [5.0_f64, 1.0, 2.0, 3.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    assert_eq!(result.output_files["a.dat"][..32], array);
}

#[test]
fn sympy_solves_an_equation() {
    let result = run("from sympy import *\nv = Symbol('v')\nprint(solve(-14*v - 98))", &[]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("[-7]\n", ""));
}

#[test]
fn a_table_of_93_records_is_described_as_html() {
    let code = "import pandas as pd
data = [{'year': 1931 + n, 'value': n * 1.5} for n in range(93)]
pd.DataFrame(data).describe().to_html()";
    let result = run(code, &[]);
    let Some(Value::Str(html)) = &result.final_expression else { panic!("{:?}", result.final_expression) };
    assert!(html.starts_with("<table border=\"1\" class=\"dataframe\">"), "{html}");
    for number in ["93.000000", "1977.000000", "69.000000", "138.000000"] {
        assert!(html.contains(&format!("<td>{number}</td>")), "{number}: {html}");
    }
    assert!(html.ends_with("</table>"), "{html}");
}

#[test]
fn a_figure_is_saved_in_three_formats() {
    let code = "import matplotlib.pyplot as plt
plt.bar(['a', 'b', 'c'], [3, 1, 2], color=['red', 'green', 'blue'])
for form in ('png', 'pdf', 'svg'):
    plt.savefig(f'figure.{form}')
plt.close()";
    let result = run(code, &[]);
    assert_eq!(result.output_files.keys().collect::<Vec<_>>(), ["figure.pdf", "figure.png", "figure.svg"]);
    let picture = Picture::decode(&result.output_files["figure.png"]).unwrap();
    assert_eq!(picture.to_string(), "640x480 Rgba");
    let pdf = &result.output_files["figure.pdf"];
    assert!(pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF"));
    let svg = String::from_utf8(result.output_files["figure.svg"].to_vec()).unwrap();
    assert!(svg.starts_with("<?xml") && svg.contains("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(result.displays.is_empty());
}

#[test]
fn a_table_with_a_gap_is_read_and_printed() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let data = STANDARD.decode("Y29sdW1uMSx2YWx1ZTEKY29sdW1uMiw=").unwrap();
    let result = run("import pandas as pd\nprint(pd.read_csv(\"data.csv\").head())", &[("data.csv", data)]);
    assert_eq!(result.stdout, "   column1  value1\n0  column2     NaN\n");
    assert!(result.output_files.is_empty(), "{:?}", result.output_files.keys());
}

#[test]
fn packages_that_a_method_loads_are_found() {
    let code = "import pandas as pd
df = pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']})
df.to_excel('o.xlsx', index=False)
print(pd.read_excel('o.xlsx').equals(df))
df.plot()
try:
    df.to_parquet('o.parquet')
except ImportError as error:
    print('pip' in str(error))
try:
    df.to_feather('o.feather')
except ImportError as error:
    print(error)";
    let result = run(code, &[]);
    let advice = "`Import pyarrow` failed.  Add 'pyarrow' to the option `packages`.";
    assert_eq!(result.stdout, format!("True\nFalse\n{advice}\n"));
    assert_eq!(result.displays.len(), 1);
}

#[test]
fn a_shown_picture_of_pillow_is_a_display() {
    let result = run("from PIL import Image\nImage.new('RGB', (2, 1), 'red').show()", &[]);
    let [display] = result.displays.as_slice() else { panic!("{:?}", result.displays) };
    assert_eq!(display.data.keys().collect::<Vec<_>>(), ["image/png", "text/plain"]);
}

#[test]
fn numpy_reports_divisions_by_zero_overflows_and_invalid_operations() {
    let result = run(include_str!("../../programs/numpy_status.py"), &[]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("", ""));
}

#[test]
fn numbers_are_what_the_page_about_them_states() {
    let result = run(include_str!("../../programs/numbers.py"), &[]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("", ""));
}

#[test]
fn elementary_functions_are_exact_within_their_bounds() {
    let result = run(include_str!("../../programs/accuracy.py"), &[]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("", ""));
}

#[test]
fn tiff_files_of_every_compression_are_read_written_or_refused() {
    let result = run(include_str!("../../programs/pillow_tiff.py"), &[]);
    // libtiff writes to stderr about the damaged files.
    assert_eq!(result.stdout, "");
}

#[test]
fn a_fit_of_single_precision_and_clusters_print_and_warn_of_nothing() {
    let code = "import warnings
import numpy as np
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression
warnings.simplefilter('error')
x = np.arange(10, dtype='float32').reshape(5, 2)
y = (x @ np.array([1, 2], 'float32')).astype('float32')
print(LinearRegression().fit(x, y).predict(x[:1]).round(2))
print(len(KMeans(2, n_init=1, random_state=0).fit(x).cluster_centers_))";
    let result = run(code, &[]);
    assert_eq!((result.stdout.as_str(), result.stderr.as_str()), ("[2.]\n2\n", ""));
}
