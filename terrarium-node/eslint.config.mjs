// The configuration of the linter: the recommended rules, on the package, its tests and the examples.
import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['types/**'] },
  js.configs.recommended,
  { languageOptions: { globals: globals.node } },
  { files: ['**/*.js'], languageOptions: { sourceType: 'commonjs' } },
  {
    // A loop over an iterator may be used only to count.
    rules: { 'no-unused-vars': ['error', { varsIgnorePattern: '^_$', argsIgnorePattern: '^_$' }], eqeqeq: 'error' },
  },
];
