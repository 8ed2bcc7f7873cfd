import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

/** Features never import each other: what two of them share lives in components/crm or api. */
const features = [
  "accounts",
  "admin",
  "assistant",
  "contacts",
  "home",
  "imports",
  "opportunities",
  "profile",
  "proposals",
  "rules",
  "session",
  "tasks",
];

export default ts.config(
  {
    ignores: [
      "dist",
      "node_modules",
      "src/api/schema.gen.ts",
      "src/routeTree.gen.ts",
      "test-results",
      "playwright-report",
    ],
  },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-confusing-void-expression": [
        "error",
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/no-redundant-type-constituents": "off",
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "react-hooks/incompatible-library": "off",
    },
  },
  ...features.map((feature) => ({
    files: [`src/features/${feature}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: features
            .filter((f) => f !== feature)
            .map((f) => ({
              group: [`@/features/${f}`, `@/features/${f}/*`],
              message: "Features never import each other.",
            })),
        },
      ],
    },
  })),
  {
    files: ["**/*.js"],
    ...ts.configs.disableTypeChecked,
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: { projectService: false, program: null },
    },
  },
  {
    files: ["public/**"],
    languageOptions: { globals: globals.browser, sourceType: "script" },
    rules: { "no-var": "off" },
  },
  prettier,
);
