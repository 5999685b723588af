"""Stand-ins for resource types of which moto has the API and no CloudFormation."""

from typing import Any

from moto.core.common_models import CloudFormationModel


def stand_in(type: str, service: str, name_property: str = "", *attributes: str) -> Any:
    """A class of resources: what Ref and Fn::GetAtt of one need to know; the rest is moto's.

    Made with the physical id, which Ref gives, and the attributes by name.
    service is moto's name of the service. moto knows a type by the subclasses
    of CloudFormationModel that exist when the first template is read.
    """

    class StandIn(CloudFormationModel):
        def __init__(self, physical_resource_id: str, **values: str):
            self.physical_resource_id, self.values = physical_resource_id, values

        @staticmethod
        def cloudformation_type() -> str:
            return type

        @staticmethod
        def cloudformation_name_type() -> str:
            return name_property

        def is_created(self) -> bool:
            return True

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return attr in attributes

        def get_cfn_attribute(self, attribute_name: str) -> str:
            from moto.cloudformation.exceptions import UnformattedGetAttTemplateException

            if attribute_name not in self.values:
                raise UnformattedGetAttTemplateException()
            return self.values[attribute_name]

    # moto derives the service of a model from the name of its module.
    StandIn.__module__ = f"moto.{service}.models"
    return StandIn
