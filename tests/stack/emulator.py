"""The local AWS: MiniStack 1.5.33 with the gaps filled that DeployGuard's template falls into.

Started by server.py with the settings in the environment. Each gap is one function below; what this emulator accepts still
proves only so much about AWS, which is why `make check` also lints what the template expands to.
"""

import copy
import json
import random
import re
import socketserver
import string

from ministack import app
from ministack.services import apigateway, dynamodb
from ministack.services.cloudformation import changesets, engine, handlers, provisioners

HTTP_API = "AWS::ApiGatewayV2::Api"


def function_arn(uri):
    """The function's ARN inside an integration URI (`…/functions/<arn>/invocations`)."""
    found = re.search(r"/functions/(.+)/invocations", uri or "")
    return found.group(1) if found else uri


def created(answer, key):
    """The id in MiniStack's (status, headers, body) answer to a create call."""
    status, _, body = answer
    if status >= 400:
        raise ValueError(f"the HTTP API cannot be made: {body!r}")
    return json.loads(body)[key]


def create_authorizers(api_id, body):
    """Makes the Lambda authorizers of an OpenAPI body; returns their ids by name."""
    schemes = body.get("components", {}).get("securitySchemes", {})
    ids = {}
    for name, scheme in schemes.items():
        settings = scheme["x-amazon-apigateway-authorizer"]
        source = settings.get("identitySource") or []
        request = {
            "name": name,
            "authorizerType": "REQUEST",
            "authorizerUri": function_arn(settings["authorizerUri"]),
            "authorizerPayloadFormatVersion": str(settings["authorizerPayloadFormatVersion"]),
            "authorizerResultTtlInSeconds": int(settings.get("authorizerResultTtlInSeconds", 300)),
            "enableSimpleResponses": bool(settings.get("enableSimpleResponses")),
            "identitySource": [part.strip() for part in source.split(",")] if isinstance(source, str) else source,
        }
        ids[name] = created(apigateway._create_authorizer(api_id, request), "authorizerId")
    return ids


def create_route(api_id, method, path, operation, authorizers):
    """Makes the route and the integration of one operation of an OpenAPI body."""
    integration = operation["x-amazon-apigateway-integration"]
    request = {
        "integrationType": "AWS_PROXY",
        "integrationUri": function_arn(integration["uri"]),
        "payloadFormatVersion": str(integration.get("payloadFormatVersion", "2.0")),
    }
    target = created(apigateway._create_integration(api_id, request), "integrationId")
    route = {"routeKey": f"{method.upper()} {path}", "target": f"integrations/{target}"}
    for requirement in operation.get("security") or []:
        for name in requirement:
            if name in authorizers:
                route.update(authorizationType="CUSTOM", authorizerId=authorizers[name])
    created(apigateway._create_route(api_id, route), "routeId")


def import_body(api_id, properties):
    """Gives an HTTP API what its OpenAPI body says: MiniStack reads no body, and SAM writes nothing else."""
    body = properties.get("Body")
    if not isinstance(body, dict):
        return
    for kind in (apigateway._routes, apigateway._integrations, apigateway._authorizers):
        if kind.get(api_id):
            kind[api_id].clear()
    cors = body.get("x-amazon-apigateway-cors")
    if cors:
        apigateway._apis[api_id]["corsConfiguration"] = dict(cors)
    authorizers = create_authorizers(api_id, body)
    for path, operations in body.get("paths", {}).items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and "x-amazon-apigateway-integration" in operation:
                create_route(api_id, method, path, operation, authorizers)


def provisioner(kind):
    """MiniStack's functions that create, update and delete resources of `kind`."""
    for table in vars(provisioners).values():
        if isinstance(table, dict) and isinstance(table.get(kind), dict) and "create" in table[kind]:
            return table[kind]
    raise LookupError(f"MiniStack makes no {kind}")


def read_openapi_bodies():
    """HTTP APIs get the routes, integrations and authorizers of their OpenAPI body."""
    http_api = provisioner(HTTP_API)
    create, update = http_api["create"], http_api["update"]

    def create_api(logical_id, properties, stack):
        api_id, attributes = create(logical_id, properties, stack)
        import_body(api_id, properties)
        return api_id, attributes

    def update_api(api_id, old, new, stack, logical_id=None):
        api_id, attributes = update(api_id, old, new, stack, logical_id)
        import_body(api_id, new)
        return api_id, attributes

    http_api["create"], http_api["update"] = create_api, update_api


def give_sam_the_parameters():
    """SAM resolves some parameters itself, and would see only their defaults."""
    apply = engine._apply_transforms

    def apply_with_values(template, provided=None, previous=None):
        template = copy.deepcopy(template)
        for name, value in engine._transform_parameters(template, provided, previous).items():
            template["Parameters"][name]["Default"] = value
        return apply(template, provided, previous)

    for module in (engine, handlers, changesets):
        module._apply_transforms = apply_with_values


def expire_items():
    """Tables made by CloudFormation get their TTL attribute."""
    table = provisioner("AWS::DynamoDB::Table")
    create = table["create"]

    def create_table(logical_id, properties, stack):
        name, attributes = create(logical_id, properties, stack)
        ttl = properties.get("TimeToLiveSpecification")
        if ttl:
            dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": ttl})
        return name, attributes

    table["create"] = create_table


def read_numbers():
    """A queue's MaximumConcurrency may come from a parameter, whose value CloudFormation hands on as text."""
    mapping = provisioner("AWS::Lambda::EventSourceMapping")

    def with_numbers(properties):
        scaling = properties.get("ScalingConfig")
        if not scaling:
            return properties
        return {**properties, "ScalingConfig": {name: int(value) for name, value in scaling.items()}}

    create, update = mapping["create"], mapping["update"]
    mapping["create"] = lambda logical_id, properties, stack: create(logical_id, with_numbers(properties), stack)
    mapping["update"] = lambda physical_id, old, new, *rest, **named: update(
        physical_id, with_numbers(old), with_numbers(new), *rest, **named
    )


def obey_secret_alphabets():
    """Generated secrets leave out the classes of characters that the template excludes."""
    classes = {
        "ExcludeLowercase": string.ascii_lowercase,
        "ExcludeUppercase": string.ascii_uppercase,
        "ExcludeNumbers": string.digits,
        "ExcludePunctuation": string.punctuation,
    }
    original = provisioners._sm_secret_string

    def secret_string(properties):
        generate = properties.get("GenerateSecretString")
        if not generate:
            return original(properties)
        excluded = generate.get("ExcludeCharacters", "")
        excluded += "".join(chars for name, chars in classes.items() if str(generate.get(name)).lower() == "true")
        return original({**properties, "GenerateSecretString": {**generate, "ExcludeCharacters": excluded}})

    provisioners._sm_secret_string = secret_string
    random.choices = random.SystemRandom().choices


def count_loopback_as_tls():
    """The functions speak plain HTTP to the emulator, and the bucket refuses what came without TLS."""
    pin = app.pin_request_origin
    app.pin_request_origin = lambda address, _secure: pin(address, True)


def answer_at_once():
    """Without it each invocation waits 40 ms for a delayed acknowledgement of the Runtime API's answer."""
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


if __name__ == "__main__":
    read_openapi_bodies()
    give_sam_the_parameters()
    expire_items()
    read_numbers()
    obey_secret_alphabets()
    count_loopback_as_tls()
    answer_at_once()
    app.main()
