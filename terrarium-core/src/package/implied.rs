//! Modules that libraries load only when a certain method is called, so that no program imports them itself.
//!
//! `DataFrame.to_excel` loads openpyxl, and `DataFrame.plot` loads matplotlib. A program with `packages="auto"` names only
//! pandas. The table below lists such methods, and the arguments that select a module. A false match costs an unused
//! package; a method that is missing here ends in an `ImportError` that names the package.

use super::import_scan::Scan;

/// A library, words of a program that uses it, and the modules that the library then loads. Without words, importing the
/// library is enough.
type Implied = (&'static str, &'static [&'static str], &'static [&'static str]);

const IMPLIED: &[Implied] = &[
    ("pandas", &["to_excel", "read_excel", "ExcelWriter", "ExcelFile"], &["openpyxl"]),
    ("pandas", &["xlsxwriter"], &["xlsxwriter"]),
    ("pandas", &["xlrd"], &["xlrd"]),
    ("pandas", &["calamine"], &["python_calamine"]),
    ("pandas", &["plot", "hist", "boxplot", "plotting"], &["matplotlib"]),
    ("pandas", &["kde", "density", "scatter_matrix"], &["matplotlib", "scipy"]),
    ("pandas", &["read_html"], &["lxml", "bs4", "html5lib"]),
    ("pandas", &["read_xml", "to_xml"], &["lxml"]),
    ("pandas", &["to_markdown"], &["tabulate"]),
    ("pandas", &["style", "to_latex"], &["jinja2"]),
    ("pandas", &["background_gradient", "text_gradient"], &["matplotlib"]),
    ("pandas", &["read_parquet", "to_parquet", "read_feather", "to_feather", "read_orc", "to_orc"], &["pyarrow"]),
    ("pandas", &["pyarrow", "ArrowDtype"], &["pyarrow"]),
    ("pandas", &["read_hdf", "to_hdf", "HDFStore"], &["tables"]),
    ("pandas", &["to_xarray"], &["xarray"]),
    ("pandas", &["zstd", "zst"], &["zstandard"]),
    ("pandas", &["odf"], &["odf"]),
    ("pandas", &["read_spss"], &["pyreadstat"]),
    ("pandas", &["numexpr"], &["numexpr"]),
    // Arguments that select who draws, as in `df.plot(backend="plotly")`.
    ("pandas", &["plotly"], &["plotly"]),
    ("pandas", &["bokeh", "pandas_bokeh"], &["bokeh"]),
    ("pandas", &["altair"], &["altair"]),
    // The methods of `interpolate` that scipy computes, and statistics of scipy.
    ("pandas", &["nearest", "zero", "slinear", "quadratic", "cubic", "barycentric", "polynomial"], &["scipy"]),
    ("pandas", &["krogh", "piecewise_polynomial", "spline", "pchip", "akima", "cubicspline"], &["scipy"]),
    ("pandas", &["kendall", "spearman", "win_type", "from_spmatrix", "to_coo"], &["scipy"]),
    ("polars", &["read_excel"], &["python_calamine"]),
    ("polars", &["write_excel"], &["xlsxwriter"]),
    ("polars", &["to_pandas", "from_pandas"], &["pandas", "pyarrow"]),
    ("polars", &["to_arrow", "from_arrow"], &["pyarrow"]),
    ("polars", &["plot"], &["altair"]),
    ("polars", &["to_numpy", "from_numpy"], &["numpy"]),
    ("duckdb", &["df", "fetchdf", "fetch_df", "to_df"], &["numpy", "pandas"]),
    ("duckdb", &["fetchnumpy"], &["numpy"]),
    ("duckdb", &["pl"], &["polars"]),
    ("duckdb", &["arrow", "fetch_arrow_table"], &["pyarrow"]),
    ("geopandas", &["plot"], &["matplotlib"]),
    ("geopandas", &["explore"], &["folium", "mapclassify", "matplotlib"]),
    ("lxml", &["cssselect", "CSSSelector"], &["cssselect"]),
    ("lxml", &["clean", "Cleaner"], &["lxml_html_clean"]),
    ("bs4", &["lxml", "xml"], &["lxml"]),
    ("bs4", &["html5lib"], &["html5lib"]),
    ("networkx", &["draw", "draw_networkx", "draw_networkx_nodes", "draw_networkx_edges"], &["matplotlib"]),
    ("networkx", &["draw_circular", "draw_spring", "draw_shell", "draw_kamada_kawai"], &["matplotlib", "scipy"]),
    ("networkx", &["draw_planar", "draw_random", "draw_spectral", "draw_networkx_labels"], &["matplotlib", "scipy"]),
    ("networkx", &["pagerank", "spring_layout", "kamada_kawai_layout", "spectral_layout"], &["numpy", "scipy"]),
    ("networkx", &["circular_layout", "shell_layout", "random_layout", "spiral_layout", "planar_layout"], &["numpy"]),
    ("networkx", &["adjacency_matrix", "laplacian_matrix", "to_scipy_sparse_array", "hits"], &["numpy", "scipy"]),
    ("networkx", &["eigenvector_centrality_numpy", "algebraic_connectivity", "fiedler_vector"], &["numpy", "scipy"]),
    ("openpyxl", &["add_image"], &["PIL"]),
    ("pydantic", &["EmailStr", "NameEmail", "validate_email"], &["email_validator"]),
    ("scipy", &["dendrogram", "voronoi_plot_2d", "delaunay_plot_2d", "convex_hull_plot_2d"], &["matplotlib"]),
    ("networkx", &["to_numpy_array", "from_numpy_array"], &["numpy"]),
    ("networkx", &["to_pandas_edgelist", "from_pandas_edgelist", "to_pandas_adjacency"], &["pandas"]),
    ("plotly", &["express", "figure_factory"], &["numpy", "pandas"]),
    ("seaborn", &["clustermap", "kdeplot", "regplot", "lmplot"], &["scipy"]),
    ("seaborn", &["lowess", "logistic", "robust"], &["statsmodels"]),
    ("sklearn", &["plot_tree", "from_estimator", "from_predictions", "plot"], &["matplotlib"]),
    ("sklearn", &["set_output", "fetch_openml", "as_frame", "fetch_california_housing"], &["pandas"]),
    ("statsmodels", &["plot", "plot_acf", "plot_pacf", "qqplot", "graphics"], &["matplotlib"]),
    ("sympy", &["plot", "plotting", "plot3d", "plot_implicit", "plot_parametric"], &["matplotlib"]),
    ("sympy", &["lambdify"], &["numpy"]),
    ("xarray", &["plot"], &["matplotlib"]),
    ("xarray", &["to_netcdf", "open_dataset", "load_dataset"], &["netCDF4", "scipy"]),
    ("zoneinfo", &[], &["tzdata"]),
];

impl Scan {
    /// Adds the modules that the libraries of the program load because of the methods that it calls.
    pub(crate) fn add_implied(&mut self) {
        // The libraries that are added here need nothing further themselves, so one pass is enough.
        for (library, words, modules) in IMPLIED {
            let called = words.is_empty() || words.iter().any(|word| self.words.contains(*word));
            if called && self.modules.contains(*library) {
                self.modules.extend(modules.iter().map(|module| (*module).to_owned()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::import_scan::import_scan;

    fn modules(code: &str) -> Vec<String> {
        let mut scan = import_scan(code);
        scan.add_implied();
        scan.modules.into_iter().collect()
    }

    #[test]
    fn methods_and_arguments_add_the_modules_that_their_library_loads() {
        for (code, expected) in [
            ("import pandas as pd\ndf.to_excel('o.xlsx')", &["openpyxl", "pandas"][..]),
            ("from pandas import read_excel as r", &["openpyxl", "pandas"]),
            ("import pandas\npandas.ExcelWriter('o.xlsx', engine='xlsxwriter')", &["openpyxl", "pandas", "xlsxwriter"]),
            ("import pandas as pd\ndf.a.plot(kind='bar')", &["matplotlib", "pandas"]),
            ("import pandas as pd\ns.interpolate('quadratic')", &["pandas", "scipy"]),
            ("import pandas as pd\ns.interpolate()", &["pandas"]),
            ("import pandas as pd\npd.read_html(f)", &["bs4", "html5lib", "lxml", "pandas"]),
            ("from bs4 import BeautifulSoup\nBeautifulSoup(t, 'lxml')", &["bs4", "lxml"]),
            ("from bs4 import BeautifulSoup\nBeautifulSoup(t, 'html.parser')", &["bs4"]),
            ("import pandas as pd\ndf.plot(backend='plotly')", &["matplotlib", "pandas", "plotly"]),
            ("from scipy.cluster.hierarchy import dendrogram", &["matplotlib", "scipy"]),
            ("import networkx as nx\nnx.draw_planar(g)", &["matplotlib", "networkx", "scipy"]),
            ("import plotly.express as px", &["numpy", "pandas", "plotly"]),
            ("import zoneinfo", &["tzdata", "zoneinfo"]),
            ("x.plot()", &[]),
            ("plot = 1\nimport pandas", &["pandas"]),
        ] {
            assert_eq!(modules(code), expected, "{code}");
        }
    }
}
