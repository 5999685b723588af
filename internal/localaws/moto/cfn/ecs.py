"""AWS::ECS::Cluster, TaskDefinition and Service.

moto takes a few properties of a task definition and of a service from a
template, neither Fargate nor roles nor network nor load balancers among them,
and no task runs.
"""

from typing import Any

from moto.core.utils import pascal_to_camelcase, remap_nested_keys

from . import (
    CannotUpdate,
    Resource,
    completes,
    creates,
    deletes,
    replaced_by,
    updates,
)

CLUSTER = "AWS::ECS::Cluster"
TASK = "AWS::ECS::TaskDefinition"
SERVICE = "AWS::ECS::Service"

replaced_by(SERVICE, "LaunchType")


def camel(value: Any) -> Any:
    return remap_nested_keys(value, pascal_to_camelcase)


@completes(CLUSTER)
@updates(CLUSTER)
def complete_cluster(r: Resource) -> None:
    p, cluster = r.properties, r.model
    cluster.settings = camel(p.get("ClusterSettings")) or cluster.settings
    cluster.configuration = camel(p.get("Configuration"))
    cluster.capacity_providers = p.get("CapacityProviders")
    cluster.default_capacity_provider_strategy = camel(p.get("DefaultCapacityProviderStrategy"))
    cluster.tags = camel(p.get("Tags", []))


@deletes(CLUSTER)
def delete_cluster(r: Resource) -> None:
    """Forgets it: AWS does after a while."""
    del r.backend("ecs").clusters[r.model.name]


@creates(TASK)
def create_task_definition(r: Resource) -> Any:
    p = r.properties
    containers = camel(p["ContainerDefinitions"])
    for container in containers:
        for key in ("cpu", "memory", "memoryReservation", "startTimeout", "stopTimeout"):
            if key in container:
                container[key] = int(container[key])
    return r.backend("ecs").register_task_definition(
        family=p.get("Family") or r.name,
        container_definitions=containers,
        volumes=camel(p.get("Volumes", [])),
        network_mode=p.get("NetworkMode"),
        tags=camel(p.get("Tags", [])),
        requires_compatibilities=p.get("RequiresCompatibilities"),
        cpu=p.get("Cpu"),
        memory=p.get("Memory"),
        task_role_arn=p.get("TaskRoleArn"),
        execution_role_arn=p.get("ExecutionRoleArn"),
        runtime_platform=camel(p.get("RuntimePlatform")),
        ephemeral_storage=camel(p.get("EphemeralStorage")),
    )


@updates(TASK)
def update_task_tags(r: Resource) -> None:
    r.model.tags = camel(r.properties.get("Tags", []))


@deletes(TASK)
def deregister_task_definition(r: Resource) -> None:
    r.backend("ecs").deregister_task_definition(r.model.arn)


@creates(SERVICE)
def create_service(r: Resource) -> Any:
    p = r.properties
    service = r.backend("ecs").create_service(
        p.get("Cluster", "default"),
        r.name,
        int(p.get("DesiredCount", 1)),
        task_definition_str=p["TaskDefinition"],
        load_balancers=camel(p.get("LoadBalancers", [])),
        deployment_controller=camel(p.get("DeploymentController")),
        launch_type=p.get("LaunchType"),
        platform_version=p.get("PlatformVersion"),
        propagate_tags=p.get("PropagateTags", "NONE"),
        network_configuration=network(p),
        tags=camel(p.get("Tags", [])),
    )
    return running(service)


@updates(SERVICE)
def update_service(r: Resource) -> None:
    p, service = r.properties, r.model
    if unknown := {"DeploymentController"} & r.changed:
        raise CannotUpdate(unknown)
    # Raises unless it is there.
    r.backend("ecs").describe_task_definition(p["TaskDefinition"])
    service.task_definition = p["TaskDefinition"]
    service.load_balancers = camel(p.get("LoadBalancers", []))
    service.platform_version = p.get("PlatformVersion")
    service.tags = camel(p.get("Tags", []))
    if described := network(p):
        service.network_configuration = service._validate_network(described)
    # Left out, the count stays what scaling has made of it.
    if "DesiredCount" in r.changed and "DesiredCount" in p:
        service.desired_count = int(p["DesiredCount"])
    running(service)


@deletes(SERVICE)
def delete_service(r: Resource) -> None:
    """Forgets it: AWS does after a while."""
    backend, service = r.backend("ecs"), r.model
    del backend.services[f"{service.cluster_name}:{service.name}"]


def network(properties: dict[str, Any]) -> dict[str, Any] | None:
    configuration = camel(properties.get("NetworkConfiguration"))
    if not configuration:
        return None
    # moto wants the key that AWS does not.
    return {"awsvpcConfiguration": {"securityGroups": [], **configuration["awsvpcConfiguration"]}}


def running(service: Any) -> Any:
    """What is wanted runs, as far as the API tells."""
    service.running_count, service.pending_count = service.desired_count, 0
    for deployment in service.deployments:
        deployment.update(
            desiredCount=service.desired_count,
            runningCount=service.desired_count,
            pendingCount=0,
            rolloutState="COMPLETED",
            taskDefinition=service.task_definition,
        )
    return service
