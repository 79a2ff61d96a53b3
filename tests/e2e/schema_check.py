"""Judges JSON files by a JSON Schema (2020-12) with Debian's python3-jsonschema.

schema_check.py SCHEMA[#POINTER] FILE...          whole files; a name that ends with .jsonl: each line
schema_check.py --mutate KEY[.KEY...] VALUE FILE  prints the file with that value (JSON; "-": the key taken away)
"""
import json
import sys


def mutate(path, value, file):
    document = json.load(open(file, encoding="utf-8"))
    keys = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = document
    for key in keys[:-1]:
        place = place[key]
    if value == "-":
        del place[keys[-1]]
    else:
        place[keys[-1]] = json.loads(value)
    print(json.dumps(document))


def judge(schema, files):
    from jsonschema import Draft202012Validator, RefResolver

    file, _, pointer = schema.partition("#")
    root = json.load(open(file, encoding="utf-8"))
    root.setdefault("$id", "schema:")
    Draft202012Validator.check_schema(root)
    part = {"$ref": root["$id"] + "#" + pointer} if pointer else root
    validator = Draft202012Validator(part, resolver=RefResolver(root["$id"], root, store={root["$id"]: root}))
    bad = 0
    for name in files:
        text = open(name, encoding="utf-8").read()
        for number, document in enumerate(text.splitlines() if name.endswith(".jsonl") else [text], 1):
            for error in validator.iter_errors(json.loads(document)):
                bad += 1
                print(f"{name}:{number}: {error.json_path}: {error.message[:300]}")
    return bad


if __name__ == "__main__":
    if sys.argv[1] == "--mutate":
        mutate(*sys.argv[2:])
    else:
        sys.exit(1 if judge(sys.argv[1], sys.argv[2:]) else 0)
