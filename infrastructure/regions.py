"""What AWS does not have everywhere, and which parameter does without it.

Types come from the regions' schemas of CloudFormation, as cfn-lint has them; a test compares them.
"""

from collections.abc import Iterator, Mapping

# AWS::Budgets::Budget
WITHOUT_BUDGETS = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-east-2",
        "ap-northeast-3",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "mx-central-1",
        "us-gov-east-1",
        "us-gov-west-1",
    }
)
# AWS::Cognito::UserPool
WITHOUT_USER_POOLS = frozenset({"cn-north-1", "cn-northwest-1"})
# AWS::CloudFront::Distribution
WITHOUT_CLOUDFRONT = frozenset({"us-gov-east-1", "us-gov-west-1"})
# The release notes of EMR Serverless on emr-spark-8.0.0.
SPARK_8 = "emr-spark-8.0.0"
WITHOUT_SPARK_8 = frozenset({"me-central-1", "me-south-1"})


def missing_there(region: str, parameters: Mapping[str, str]) -> Iterator[str]:
    """One sentence or two for each thing that these parameters ask for and the region lacks."""
    if region in WITHOUT_USER_POOLS and not parameters.get("JwtIssuer"):
        yield (
            f"{region} has no user pools of Cognito. Give an issuer of tokens: "
            'PARAMETERS="JwtIssuer=https://… JwtAudience=…".'
        )
    if region in WITHOUT_BUDGETS and parameters.get("BudgetDollars"):
        yield (
            f"CloudFormation makes no budgets in {region}. Leave it out (BudgetDollars=) and make "
            "it in the console of Billing: a budget is of the account, not of a region."
        )
    if region in WITHOUT_CLOUDFRONT and parameters.get("WebAclArn"):
        yield f"{region} has no CloudFront. Leave it out: WebAclArn=."
    if region in WITHOUT_SPARK_8 and parameters.get("SparkRelease", SPARK_8) == SPARK_8:
        yield (
            f"EMR Serverless has no {SPARK_8} in {region}. Deploy without the Spark job: "
            'PARAMETERS="SparkRelease=".'
        )
