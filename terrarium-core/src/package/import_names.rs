//! Modules whose package has another name on the Python index than one would guess.

use super::normalize;

/// Modules and their packages, by module.
const PACKAGES: &[(&str, &str)] = &[
    ("Bio", "biopython"),
    ("Crypto", "pycryptodome"),
    ("Cryptodome", "pycryptodomex"),
    ("Cython", "cython"),
    ("IPython", "ipython"),
    ("Levenshtein", "levenshtein"),
    ("MySQLdb", "mysqlclient"),
    ("OpenGL", "pyopengl"),
    ("OpenSSL", "pyopenssl"),
    ("PIL", "pillow"),
    ("PyPDF2", "pypdf2"),
    ("Xlib", "python-xlib"),
    ("attr", "attrs"),
    ("barcode", "python-barcode"),
    ("bidi", "python-bidi"),
    ("bs4", "beautifulsoup4"),
    ("bson", "pymongo"),
    ("cairo", "pycairo"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("discord", "discord-py"),
    ("django_filters", "django-filter"),
    ("dns", "dnspython"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("editor", "python-editor"),
    ("faiss", "faiss-cpu"),
    ("ffmpeg", "ffmpeg-python"),
    ("fitz", "pymupdf"),
    ("gi", "pygobject"),
    ("git", "gitpython"),
    ("github", "pygithub"),
    ("googleapiclient", "google-api-python-client"),
    ("grpc", "grpcio"),
    ("hydra", "hydra-core"),
    ("igraph", "python-igraph"),
    ("jose", "python-jose"),
    ("jwt", "pyjwt"),
    ("kafka", "kafka-python"),
    ("ldap", "python-ldap"),
    ("magic", "python-magic"),
    ("markdown_it", "markdown-it-py"),
    ("memcache", "python-memcached"),
    ("mpl_toolkits", "matplotlib"),
    ("multipart", "python-multipart"),
    ("nacl", "pynacl"),
    ("nmap", "python-nmap"),
    ("odf", "odfpy"),
    ("pkg_resources", "setuptools"),
    ("pptx", "python-pptx"),
    ("psycopg2", "psycopg2-binary"),
    ("pylab", "matplotlib"),
    ("pythoncom", "pywin32"),
    ("pywt", "pywavelets"),
    ("rest_framework", "djangorestframework"),
    ("ruamel", "ruamel-yaml"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slugify", "python-slugify"),
    ("snappy", "python-snappy"),
    ("socks", "pysocks"),
    ("telegram", "python-telegram-bot"),
    ("tlz", "toolz"),
    ("umap", "umap-learn"),
    ("usb", "pyusb"),
    ("websocket", "websocket-client"),
    ("win32api", "pywin32"),
    ("win32com", "pywin32"),
    ("wx", "wxpython"),
    ("xdg", "pyxdg"),
    ("yaml", "pyyaml"),
    ("zmq", "pyzmq"),
];

/// Returns the package of a well-known module that has another name.
pub(crate) fn package_of(module: &str) -> Option<&'static str> {
    let top = module.split('.').next()?;
    PACKAGES.binary_search_by(|(known, _)| known.cmp(&top)).ok().map(|at| PACKAGES[at].1)
}

/// Returns the package of a well-known module from the module's normalized name, as a requirement has it.
pub(crate) fn package_of_normal(name: &str) -> Option<&'static str> {
    PACKAGES.iter().find(|(module, _)| normalize(module) == name).map(|(_, package)| *package)
}

/// Returns the well-known modules with their packages.
pub(crate) fn well_known<'n>() -> impl Iterator<Item = (&'n str, &'n str)> {
    PACKAGES.iter().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_found() {
        assert!(PACKAGES.is_sorted_by(|one, other| one.0 < other.0));
        assert_eq!(package_of("fitz"), Some("pymupdf"));
        assert_eq!(package_of("yaml.nodes"), Some("pyyaml"));
        assert_eq!(package_of("numpy"), None);
        assert_eq!(
            (package_of_normal("pil"), package_of_normal("rest-framework")),
            (Some("pillow"), Some("djangorestframework"))
        );
    }
}
