//! Images with compiled packages, and libraries that are loaded on top of them.

use std::collections::BTreeSet;

use terrarium_core::{Deterministic, Image, ImageOptions, Packages, Sandbox, SandboxOptions, Status};
use terrarium_tests::{corpus, options};

/// Returns options of a sandbox whose image has these packages.
fn preloaded(packages: &[&str]) -> SandboxOptions {
    options().packages(packages).package_source(corpus())
}

/// Returns the output of the code.
#[track_caller]
fn printed(sandbox: &Sandbox, code: &str) -> String {
    let result = sandbox.execute(code).unwrap();
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result.stdout
}

/// A line for each generator.
const DRAW: &str = "import numpy as np, random
print('legacy', np.random.rand(3), np.random.randn(), np.random.randint(10**9))
print('state', np.random.RandomState().rand())
print('default', np.random.default_rng().random(3))
print('bits', np.random.PCG64().random_raw())
print('random', random.random())
np.random.shuffle(x := list(range(50)))
print('shuffled', x)";

#[test]
fn runs_of_an_image_with_numpy_draw_different_numbers_unless_they_are_deterministic() {
    let sandbox = Sandbox::new(preloaded(&["numpy"])).unwrap();
    let mut all = BTreeSet::new();
    for _ in 0..4 {
        for line in printed(&sandbox, DRAW).lines() {
            assert!(all.insert(line.to_owned()), "drawn before: {line}");
        }
    }
    let fixed = preloaded(&["numpy"]).deterministic(Deterministic::default());
    let fixed = Sandbox::new(fixed).unwrap();
    let first = printed(&fixed, DRAW);
    assert!(first.lines().all(|line| !all.contains(line)), "{first}");
    printed(&sandbox, "import numpy as np\nnp.random.seed(1)\nnp.random.rand()");
    printed(&fixed, "import numpy as np\nnp.random.seed(1)\nnp.random.rand()");
    assert_eq!(printed(&fixed, DRAW), first);
    // A seed of the program itself applies, too.
    let seeded = "import numpy as np, random\nnp.random.seed(7); random.seed(7)\nprint(np.random.rand(2), random.random(), np.random.default_rng(7).random())";
    assert_eq!(printed(&sandbox, seeded), printed(&sandbox, seeded));
}

#[test]
fn generators_of_numpy_that_an_image_keeps_differ_unless_they_were_seeded() {
    let code = "import colorsys, numpy as np
kinds = [np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64]
colorsys.drawn = [np.random.default_rng(), np.random.RandomState(), *(np.random.Generator(kind()) for kind in kinds)]
colorsys.seeded = [np.random.default_rng(1), np.random.RandomState(1)]
colorsys.sequences = {'drawn': np.random.SeedSequence(), 'seeded': np.random.SeedSequence(5)}
colorsys.sequences['drawn'].spawn(2), colorsys.sequences['seeded'].spawn(2)
[generator.standard_normal(3) for generator in colorsys.drawn + colorsys.seeded]";
    let options = ImageOptions::default().package("numpy").package_source(corpus()).prepare(code);
    let sandbox = Sandbox::on_image(Image::build(options).unwrap(), self::options()).unwrap();
    let draw = "import colorsys
for kind, generators in ('drawn', colorsys.drawn), ('seeded', colorsys.seeded):
    for generator in generators: print(kind, generator, generator.standard_normal(2), generator.integers(10**9)
        if hasattr(generator, 'integers') else generator.randint(10**9))
    for generator in [generator for generator in generators if hasattr(generator, 'spawn')]:
        print(kind, 'child', [child.integers(10**9) for child in generator.spawn(2)])
    sequence = colorsys.sequences[kind]
    print(kind, 'sequence', sequence.generate_state(3), sequence.spawn_key, sequence.n_children_spawned)
    print(kind, 'sequences', [(child.generate_state(2), child.spawn_key) for child in sequence.spawn(2)])";
    let mut all = BTreeSet::new();
    for _ in 0..3 {
        for line in printed(&sandbox, draw).lines() {
            assert!(all.insert(line.to_owned()) || line.starts_with("seeded"), "drawn before: {line}");
        }
    }
    assert_eq!(all.iter().filter(|line| line.starts_with("seeded")).count(), 5, "{all:?}");
    assert_eq!(all.iter().filter(|line| line.starts_with("drawn")).count(), 3 * (7 + 6 + 2), "{all:?}");
}

#[test]
fn a_program_chooses_matplotlibs_backend_by_a_variable() {
    let sandbox = Sandbox::new(preloaded(&["matplotlib"])).unwrap();
    let code = "import os
os.environ['MPLBACKEND'] = 'svg'
import matplotlib
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig('figure')
print(matplotlib.get_backend(), open('figure.svg').read(5))
os.environ['MPLBACKEND'] = 'nonsense'
print(matplotlib.get_backend())";
    assert_eq!(printed(&sandbox, code), "svg <?xml\nsvg\n");
    let usual = "import os, matplotlib\nos.environ['MPLBACKEND'] = 'Agg'\nprint(matplotlib.get_backend())";
    assert_eq!(printed(&sandbox, usual).to_lowercase(), "agg\n");
}

/// A program's changes of numpy are invisible to the next program.
#[test]
fn numpy_is_as_new_in_every_run() {
    let sandbox = Sandbox::new(preloaded(&["numpy"])).unwrap();
    let witness = "import numpy as np, sys
print(np.get_printoptions(), np.geterr(), np.pi, np.array([1, 2]).sum(), np.float64(1) / 3, np.linalg.inv(np.eye(2)))
print(sorted(name for name in sys.modules if name.startswith('numpy')), sorted(vars(np)), hasattr(np, 'secret'))
print([(name, id(value)) for name, value in sorted(vars(np).items())])
print(np.zeros(1000).sum(), np.empty(3).shape, np._core.multiarray._get_ndarray_c_version())";
    let expected = printed(&sandbox, witness);
    for code in [
        "import numpy as np\nnp.set_printoptions(precision=1); np.seterr(all='raise'); np.pi = 3; np.secret = 1",
        "import numpy as np\nx = np.arange(200_000).reshape(400, 500)\nnp.linalg.svd(x[:50, :50].astype(float))\n1 / 0",
        "import numpy as np\nnp.array = None\nnp.ndarray.__array_ufunc__\nnp.arange(5_000_000)",
        "import numpy as np\nx = np.ones(1000)\nnp.lib.stride_tricks.as_strided(x, (10**5,), (8,))[:] = -1",
        "import numpy as np\nnp.frompyfunc(lambda x: 1 / 0, 1, 1)(np.arange(3))",
    ] {
        sandbox.execute(code).unwrap();
        assert_eq!(printed(&sandbox, witness), expected, "after {code}");
    }
}

/// Libraries with functions of their native parts.
const LIBRARIES: &str = "import regex, sys
from lxml import etree
print(regex.findall(r'\\p{Lu}+', 'abCDéÈ'), regex.fullmatch(r'(?:cats|dog){e<=1}', 'cat').fuzzy_counts)
root = etree.fromstring('<a><b x=\"1\">t</b><b x=\"2\"/></a>')
print(root.xpath('//b[@x=2]/@x'), etree.XSLT(etree.XML('<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template match=\"/\"><o><xsl:value-of select=\"//b\"/></o></xsl:template></xsl:stylesheet>'))(root).getroot().text)
try: etree.fromstring('<a>')
except etree.XMLSyntaxError as error: print(type(error).__name__)";
const PRINTED: &str = "['CD', 'È'] (0, 0, 1)\n['2'] t\nXMLSyntaxError\n";

#[test]
fn libraries_are_loaded_at_run_time_on_top_of_the_bare_interpreter() {
    let sandbox = Sandbox::new(preloaded(&["regex", "lxml"]).preload(false)).unwrap();
    for _ in 0..3 {
        assert_eq!(printed(&sandbox, LIBRARIES), PRINTED);
        assert_eq!(printed(&sandbox, "print(1)"), "1\n");
    }
}

#[test]
fn libraries_are_loaded_at_run_time_on_top_of_an_image_with_numpy() {
    let image = Image::build(ImageOptions::new().package("numpy").package_source(corpus()));
    let options = preloaded(&[]).packages(Packages::Auto);
    let sandbox = Sandbox::on_image(image.unwrap(), options).unwrap();
    let with_numpy =
        format!("import numpy as np\n{LIBRARIES}\nprint(np.linalg.det(np.eye(3)), int(np.arange(10).sum()))");
    for _ in 0..2 {
        assert_eq!(printed(&sandbox, &with_numpy), format!("{PRINTED}1.0 45\n"));
        // C++ exceptions pass through code of the image and of the library.
        assert_eq!(
            printed(&sandbox, "import numpy as np\ntry: np.fft.fft([])\nexcept ValueError: print('error')"),
            "error\n"
        );
    }
    let mut session = sandbox.session().unwrap();
    assert_eq!(session.execute("import numpy as np\nx = np.arange(4)").unwrap().status, Status::Success);
    let result = session.execute(LIBRARIES).unwrap();
    assert_eq!((result.stdout.as_str(), result.status), (PRINTED, Status::Success), "{:?}", result.error);
    assert_eq!(session.execute("int(x.sum())").unwrap().final_repr.as_deref(), Some("6"));
}

#[test]
fn a_moved_image_with_compiled_packages_needs_no_wheels() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("numpy.timg");
    let built = ImageOptions::new().package("numpy").package_source(corpus());
    Image::build(built).unwrap().save(&path).unwrap();
    let sandbox = Sandbox::new(options().image(path)).unwrap();
    // Modules that the image does not contain are loaded from their files.
    let code = "import numpy as np, numpy.testing as t, numpy.polynomial as p, ctypes, os
t.assert_allclose(p.Polynomial([1, 2])(2), 5)
kind = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
print(kind(lambda x: float(np.sqrt(x)))(16.0), os.path.exists(np.__file__))";
    assert_eq!(printed(&sandbox, code), "4.0 True\n");
}
