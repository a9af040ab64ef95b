def @csv:
  if type != "array" then error("only a list can be written as CSV") end
  | map(if type == "string" then "\"" + (split("\"") | join("\"\"")) + "\""
        elif type == "null" then ""
        elif type == "number" or type == "boolean" then tojson
        else error("a list or an object cannot be a cell of CSV") end)
  | join(",");
def @tsv:
  if type != "array" then error("only a list can be written as TSV") end
  | map(if type == "string" then
          split("\\") | join("\\\\") | split("\t") | join("\\t") | split("\n") | join("\\n") | split("\r") | join("\\r")
        elif type == "null" then ""
        elif type == "number" or type == "boolean" then tojson
        else error("a list or an object cannot be a cell of TSV") end)
  | join("\t");
