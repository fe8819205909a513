//! Modules whose package has another name on the Python index than one would guess.

/// Modules and their packages, by module.
const PACKAGES: &[(&str, &str)] = &[
    ("Bio", "biopython"),
    ("Crypto", "pycryptodome"),
    ("Cryptodome", "pycryptodomex"),
    ("IPython", "ipython"),
    ("Levenshtein", "levenshtein"),
    ("MySQLdb", "mysqlclient"),
    ("OpenSSL", "pyopenssl"),
    ("PIL", "pillow"),
    ("PyPDF2", "pypdf2"),
    ("Xlib", "python-xlib"),
    ("attr", "attrs"),
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
    ("ffmpeg", "ffmpeg-python"),
    ("fitz", "pymupdf"),
    ("git", "gitpython"),
    ("github", "pygithub"),
    ("googleapiclient", "google-api-python-client"),
    ("grpc", "grpcio"),
    ("igraph", "python-igraph"),
    ("jose", "python-jose"),
    ("jwt", "pyjwt"),
    ("kafka", "kafka-python"),
    ("ldap", "python-ldap"),
    ("magic", "python-magic"),
    ("mpl_toolkits", "matplotlib"),
    ("multipart", "python-multipart"),
    ("nacl", "pynacl"),
    ("odf", "odfpy"),
    ("pkg_resources", "setuptools"),
    ("pptx", "python-pptx"),
    ("psycopg2", "psycopg2-binary"),
    ("pylab", "matplotlib"),
    ("rest_framework", "djangorestframework"),
    ("ruamel", "ruamel-yaml"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("slugify", "python-slugify"),
    ("snappy", "python-snappy"),
    ("socks", "pysocks"),
    ("telegram", "python-telegram-bot"),
    ("usb", "pyusb"),
    ("websocket", "websocket-client"),
    ("win32com", "pywin32"),
    ("xdg", "pyxdg"),
    ("yaml", "pyyaml"),
    ("zmq", "pyzmq"),
];

/// Returns the package of a well-known module that has another name.
pub(crate) fn package_of(module: &str) -> Option<&'static str> {
    let top = module.split('.').next()?;
    PACKAGES.binary_search_by(|(known, _)| known.cmp(&top)).ok().map(|at| PACKAGES[at].1)
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
    }
}
