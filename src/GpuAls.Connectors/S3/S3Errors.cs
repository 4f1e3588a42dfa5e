using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;

namespace GpuAls.Connectors.S3;

/// <summary>Turns failures of S3 into messages with a remedy. Secrets are in none of them.</summary>
internal static class S3Errors
{
    private const string Changed = "it was changed while it was read. Start again when nobody writes it";

    /// <param name="exception">What the SDK or the network threw.</param>
    /// <param name="kind">The kind of the failure.</param>
    /// <param name="what">What cannot be done, such as <c>cannot read 's3://bucket/key'</c>.</param>
    /// <param name="config">How the client is configured.</param>
    public static GpuAlsException Explain(
        Exception exception, FailureKind kind, string what, IClientConfig? config = null)
    {
        var why = exception switch
        {
            AmazonServiceException answer => OfAnswer(answer, kind, config),
            AmazonClientException failure => OfClient(failure),
            OperationCanceledException or TimeoutException =>
                $"{Endpoint(config)} does not answer in time. Check the network and try again",
            _ => OfNetwork(exception, config),
        };
        return new GpuAlsException(kind, $"{what}: {why}.", exception);
    }

    /// <summary>Whether it is S3 or the network that failed, or took too long.</summary>
    public static bool IsFailure(Exception exception) => exception is AmazonServiceException or AmazonClientException
        or HttpRequestException or IOException or OperationCanceledException or TimeoutException;

    private static string OfAnswer(AmazonServiceException answer, FailureKind kind, IClientConfig? config) =>
        answer.ErrorCode switch
        {
            "NoSuchBucket" => "there is no such bucket. Check its name, the credentials' account and the endpoint",
            "NoSuchKey" => "there is no such object. If it was there, it was deleted meanwhile",
            "NoSuchUpload" => "the upload was aborted by someone else. Look for a lifecycle rule that is too strict",
            "PreconditionFailed" or "InvalidRange" => Changed,
            "ExpiredToken" or "ExpiredTokenException" or "TokenRefreshRequired" =>
                "the credentials have expired. Renew them and start again",
            "InvalidAccessKeyId" or "InvalidToken" or "InvalidClientTokenId" =>
                "the access key or session token is unknown. Check the credentials, and that they belong to this "
                + "endpoint",
            "SignatureDoesNotMatch" => "the signature is refused. Check the secret access key",
            "RequestTimeTooSkewed" => "the clock of this computer is wrong. Set it and start again",
            "InvalidObjectState" => "the object is archived. Restore it from its Glacier storage class first",
            "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" =>
                $"the bucket is in another region than {Region(config)}: {Sentence(answer)}. Set AWS_REGION to its "
                + "region",
            "InvalidBucketName" => "the name of the bucket is not valid",
            "AccessDenied" or "AllAccessDisabled" or "AccountProblem" => Denied(answer, kind),
            _ => answer.StatusCode switch
            {
                HttpStatusCode.PreconditionFailed => Changed,
                HttpStatusCode.Forbidden => Denied(answer, kind),
                HttpStatusCode.Moved or HttpStatusCode.TemporaryRedirect =>
                    $"the bucket is in another region than {Region(config)}. Set AWS_REGION to its region",
                >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests =>
                    $"{Endpoint(config)} answers {Code(answer)} each time. Try again later",
                0 => OfNetwork(answer.InnerException ?? answer, config),
                _ => $"{Endpoint(config)} answers {Code(answer)}: {Sentence(answer)}",
            },
        };

    private static string OfClient(AmazonClientException failure)
    {
        if (failure.Message.Contains("RegionEndpoint", StringComparison.Ordinal))
            return "no AWS region is configured. Set AWS_REGION";
        if (failure.Message.Contains("SSO profile", StringComparison.Ordinal))
            return "the profile signs in by IAM Identity Center (SSO), which gpuals does not. Sign in with the AWS "
                + "CLI, then run: eval \"$(aws configure export-credentials --format env)\"";
        if (failure.Message.Contains("Failed to resolve AWS credentials", StringComparison.Ordinal))
            return "no AWS credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile "
                + "with AWS_PROFILE, or give the instance or container a role";
        var reason = failure.InnerException is { } inner ? $": {Sentence(inner)}" : "";
        return $"{Sentence(failure)}{reason}. Check the AWS credentials and the profile";
    }

    private static string OfNetwork(Exception exception, IClientConfig? config)
    {
        var (cause, message) = (exception, exception);
        while (cause is not SocketException && cause.InnerException is { } inner) cause = inner;
        // What HTTP says of a socket's failure names the host.
        while (message is not HttpRequestException && message.InnerException is { } inner) message = inner;
        return cause switch
        {
            SocketException { SocketErrorCode: not SocketError.ConnectionReset } =>
                $"{Endpoint(config)} is not reachable: {Sentence(message)}. Check the network, AWS_REGION and "
                + "AWS_ENDPOINT_URL",
            FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
                $"the AWS credentials cannot be read: {Sentence(cause)}",
            _ => $"the connection to {Endpoint(config)} fails each time: {Sentence(cause)}. Check the network and try "
                + "again",
        };
    }

    private static string Denied(AmazonServiceException answer, FailureKind kind) =>
        $"access is denied ({Sentence(answer)}). The credentials need s3:ListBucket on the bucket and "
        + (kind == FailureKind.Output
            ? "s3:PutObject, s3:GetObject, s3:DeleteObject and s3:AbortMultipartUpload on its objects"
            : "s3:GetObject on its objects");

    /// <summary>Such as <c>503 SlowDown</c>.</summary>
    private static string Code(AmazonServiceException answer) =>
        $"{(int)answer.StatusCode} {(string.IsNullOrEmpty(answer.ErrorCode) ? answer.StatusCode : answer.ErrorCode)}";

    /// <summary>What others say, in one line and without the dot at its end.</summary>
    private static string Sentence(Exception exception) =>
        exception.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');

    private static string Endpoint(IClientConfig? config) => config?.ServiceURL is { Length: > 0 } url
        ? url.TrimEnd('/')
        : config?.RegionEndpoint is { } region ? $"S3 in {region.SystemName}" : "S3";

    private static string Region(IClientConfig? config) =>
        config?.RegionEndpoint?.SystemName ?? config?.AuthenticationRegion ?? "the one configured";
}
