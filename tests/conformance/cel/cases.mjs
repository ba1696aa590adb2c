// The public CEL test data as JSON lines: node cases.mjs PACKAGE, which is @bufbuild/cel-spec unpacked
// (tests/specs.sh). It holds them as JavaScript objects; nothing of it runs but that.
import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

for (const file of ["conformance", "parsing", "checking", "comprehension"]) {
  const path = join(resolve(process.argv[2]), "dist", "esm", "testdata", `${file}.js`);
  const { tests } = await import(pathToFileURL(path).href);
  const walk = (suite, section) => {
    for (const test of suite.tests ?? []) {
      console.log(JSON.stringify({ section: section.join("/"), ...test }));
    }
    for (const inner of suite.suites ?? []) {
      walk(inner, [...section, inner.name]);
    }
  };
  walk(tests, file === "conformance" ? [] : [file]);
}
