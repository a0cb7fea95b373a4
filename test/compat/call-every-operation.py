"""
Calls every operation of the published CodeArts Build client that is among the given routes, and prints one line of
JSON for each: {"method", "answer"}, with what the client made of a JSON answer, or {"method", "text"} of a file.
Reads from stdin {"url", "ak", "sk", "project_id", "routes": [PATH], "values": {NAME: VALUE}}; {} in a path is a parameter.
"""
import json
import re
import sys

from huaweicloudsdkcodeartsbuild import v3 as build
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_stream_response import SdkStreamResponse

given = json.load(sys.stdin)
client = (
    build.CodeArtsBuildClient.new_builder()
    .with_credentials(BasicCredentials(given["ak"], given["sk"], given["project_id"]))
    .with_endpoint(given["url"])
    .build()
)


def request_of(method):
    name = "".join(word.capitalize() for word in method.split("_")) + "Request"
    request_class = getattr(build, name)
    values = {attribute: given["values"].get(attribute) for attribute in request_class.openapi_types}
    return request_class(**values)


def served(method):
    info = getattr(client, f"_{method}_http_info")(getattr(build, request_of(method).__class__.__name__)())
    return info["method"] == "GET" and re.sub(r"{\w+}", "{}", info["resource_path"]) in given["routes"]


for name in sorted(dir(client)):
    found = re.fullmatch(r"_(\w+)_http_info", name)
    if found is None or not served(found[1]):
        continue
    response = getattr(client, found[1])(request_of(found[1]))
    line = {"method": found[1]}
    if isinstance(response, SdkStreamResponse):
        response.consume_download_stream(lambda stream: line.update(text=stream.content.decode("utf-8")))
    else:
        line["answer"] = response.to_json_object()
    print(json.dumps(line))
