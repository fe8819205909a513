// The types of the package for `import`: those of `require`, and all of it as the default export.

import * as terrarium from './types/index.js';

export * from './types/index.js';
export default terrarium;
