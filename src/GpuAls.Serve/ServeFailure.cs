using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace GpuAls.Serve;

/// <summary>Why a request is not answered as asked: what was found, what was expected, and what to do.</summary>
/// <param name="status">The status of HTTP.</param>
/// <param name="found">What was found, a sentence without its full stop.</param>
/// <param name="expected">What was expected instead; to follow "expected".</param>
/// <param name="remedy">What to do, in sentences.</param>
internal sealed class ServeFailure(int status, string found, string expected, string remedy)
    : Exception($"{found}; expected {expected}. {remedy}")
{
    /// <summary>The status of HTTP.</summary>
    public int Status { get; } = status;

    /// <summary>Seconds after which the client may try again; null where that would not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>A request that cannot be understood.</summary>
    public static ServeFailure BadRequest(string found, string expected, string remedy) =>
        new(StatusCodes.Status400BadRequest, found, expected, remedy);

    /// <summary>An id that is not in the model.</summary>
    /// <param name="side">What it is one of.</param>
    /// <param name="id">The id.</param>
    /// <param name="remedy">What to do.</param>
    public static ServeFailure Unknown(string side, string id, string remedy) => new(
        StatusCodes.Status404NotFound, $"the model has no {side} {Quoted.Of(id)}", $"the id of a {side} of the model",
        remedy);

    /// <summary>The failure as the answer has it.</summary>
    public Problem Problem => new(ReasonPhrases.GetReasonPhrase(Status), Status, Message, found, expected, remedy);
}

/// <summary>The body of an error, as RFC 9457 has it.</summary>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">Everything in a sentence or two.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Problem(
    string Title,
    int Status,
    string Detail,
    string Found,
    string Expected,
    string Remedy)
{
    public const string ContentType = "application/problem+json";
}
