// Answers each line of JSON by another: what two libraries make of a filter, or of a PATCH.
const { createInterface } = require("node:readline");
const { createRequire } = require("node:module");

const required = createRequire(process.argv[2] + "/");
const filters = required("scim2-parse-filter");
const { scimPatch } = required("scim-patch");

function answer({ filter, resource, operations }) {
  if (operations !== undefined) {
    return scimPatch(resource, operations, { mutateDocument: true, treatMissingAsAdd: true });
  }
  const parsed = filters.parse(filter);
  return { parsed, meets: resource === undefined ? null : filters.filter(parsed)(resource) };
}

createInterface({ input: process.stdin }).on("line", (line) => {
  let told;
  try {
    told = { result: answer(JSON.parse(line)) };
  } catch (error) {
    told = { refused: String(error) };
  }
  process.stdout.write(JSON.stringify(told) + "\n");
});
