using System.Globalization;
using GpuAls.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary><c>/recommend</c>: the list of a user of the model, or of a listener who is given by plays.</summary>
/// <param name="options">The limits.</param>
/// <param name="models">The model that is served.</param>
internal sealed class RecommendEndpoints(ServeJobOptions options, ModelSource models)
{
    private static readonly QueryParameter[] Parameters =
    [
        new("user", QueryKind.Text, "Id of the user") { IsRequired = true },
        new("k", QueryKind.Whole, "Length of the list"),
        new("include_played", QueryKind.Flag, "Whether to list items that the user has played, too"),
        new("exclude", QueryKind.Texts, "Id of an item that the list leaves out; may be repeated"),
    ];

    /// <summary>Adds them to the application.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/recommend", (Delegate)GetAsync)
            .Describe<RecommendResponse>("The list of a user of the model", Parameters, 400, 404, 503);
        routes.MapPost("/recommend", (Delegate)PostAsync)
            .Describe<RecommendResponse>(
                "The list of a user of the model, or of a listener who is given by plays", [], 400, 404, 408, 413, 415,
                422, 503)
            .Accepts<RecommendRequest>("application/json");
    }

    private Task<JsonHttpResult<RecommendResponse>> GetAsync(HttpContext context)
    {
        var request = context.Request;
        RequestReader.CheckQuery(request, Parameters);
        var asked = new RecommendRequest
        {
            User = RequestReader.Text(request, "user"),
            K = RequestReader.Whole(request, "k"),
            Exclude = request.Query.TryGetValue("exclude", out var excluded) ? [.. excluded.Select(id => id!)] : [],
            IncludePlayed = RequestReader.Flag(request, "include_played"),
        };
        return AnswerAsync(asked, context.RequestAborted);
    }

    private async Task<JsonHttpResult<RecommendResponse>> PostAsync(HttpContext context)
    {
        RequestReader.CheckQuery(context.Request, []);
        var asked = await RequestReader.BodyAsync(
            context.Request, ServeJson.Web.RecommendRequest, context.RequestAborted).ConfigureAwait(false);
        return await AnswerAsync(asked, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<JsonHttpResult<RecommendResponse>> AnswerAsync(
        RecommendRequest asked, CancellationToken cancellation)
    {
        var k = RequestReader.Length(asked.K, options.MaxK);
        CheckCount(asked.Exclude?.Count ?? 0, "exclude");
        CheckCount(asked.Plays?.Count ?? 0, "plays");
        using var lease = models.Lease();
        var wanted = new WantedList(k, asked.IncludePlayed, lease.Served.ItemsOf(asked.Exclude ?? []));
        var response = (asked.User, asked.Plays) switch
        {
            ({ } user, null) => await OfUserAsync(lease.Served, user, wanted, cancellation).ConfigureAwait(false),
            (null, { Count: > 0 } plays) =>
                await OfPlaysAsync(lease.Served, plays, wanted, cancellation).ConfigureAwait(false),
            (null, null) => throw ServeFailure.BadRequest(
                "the body has neither user nor plays", "one of them", "Say whose list is asked for."),
            (null, _) => throw ServeFailure.BadRequest("plays is empty", "at least one play", "Say what was played."),
            _ => throw ServeFailure.BadRequest("the body has user and plays", "one of them", "Leave one of them out."),
        };
        return TypedResults.Json(response, ServeJson.Web.RecommendResponse);
    }

    private async Task<RecommendResponse> OfUserAsync(
        ServedModel served, string id, WantedList wanted, CancellationToken cancellation)
    {
        if (!served.Model.Users.TryFind(id, out var user))
            return OfUnknown(id, served, wanted, () => ServeFailure.Unknown(
                "user", id, "Ids are case-sensitive. Train with the plays of new users, or send their plays."));
        var list = await served.RecommendAsync(user, wanted, cancellation).ConfigureAwait(false);
        return new RecommendResponse(id, served.Version, served.Listed(list));
    }

    private async Task<RecommendResponse> OfPlaysAsync(
        ServedModel served, IReadOnlyList<RequestPlay> asked, WantedList wanted, CancellationToken cancellation)
    {
        var plays = RequestPlays.Of(asked, served.Model);
        RecommendResponse response;
        if (plays.Row.EntryCount == 0 && plays.UnknownItems > 0)
        {
            response = OfUnknown(null, served, wanted, () => new ServeFailure(
                StatusCodes.Status404NotFound,
                $"the model has none of the items in the plays: {Quoted.Of(asked[0].Item!)}"
                    + (asked.Count > 1 ? " and others" : ""),
                "an item that it was trained with", "Ids are case-sensitive. Train with the plays of new items."));
        }
        else
        {
            var list = await served.RecommendAsync(plays.Row, wanted, cancellation).ConfigureAwait(false);
            response = new RecommendResponse(null, served.Version, served.Listed(list));
        }

        return response with { UnknownItems = plays.UnknownItems };
    }

    /// <summary>The answer for someone of whom the model knows nothing.</summary>
    private RecommendResponse OfUnknown(
        string? user, ServedModel served, WantedList wanted, Func<ServeFailure> failure) => options.OnUnknownUser switch
        {
            OnUnknownUser.Fail => throw failure(),
            OnUnknownUser.Skip => new RecommendResponse(user, served.Version, []),
            _ => new RecommendResponse(user, served.Version, served.Listed(served.Popular(wanted)))
            {
                Fallback = Words.Of(OnUnknownUser.Popular),
            },
        };

    private void CheckCount(int count, string what)
    {
        if (count > options.MaxPlays)
            throw ServeFailure.BadRequest(
                string.Create(CultureInfo.InvariantCulture, $"{what} has {count} elements"),
                string.Create(CultureInfo.InvariantCulture, $"{options.MaxPlays} or fewer"),
                "Leave some out. The operator of the service can allow more (--max-plays).");
    }
}
