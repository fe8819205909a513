// The reference of the package, which `typedoc` writes into a folder `reference`.

import { OptionDefaults } from 'typedoc';

export default {
  // The compiler reads this tag of JSDoc.
  blockTags: [...OptionDefaults.blockTags, '@implements'],
  entryPoints: ['index.js'],
  disableSources: true,
  includeVersion: true,
  out: 'reference',
  readme: 'README.md',
  // Links to the repository, which is not part of the reference.
  validation: { invalidPath: false },
  treatValidationWarningsAsErrors: true,
  treatWarningsAsErrors: true,
};
