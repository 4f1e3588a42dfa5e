using GpuAls.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary><c>/recommend</c>: the list of a user.</summary>
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
        routes.MapGet("/recommend", (Delegate)GetAsync);
        routes.MapPost("/recommend", (Delegate)PostAsync);
    }

    private async Task<IResult> GetAsync(HttpContext context)
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
        return await AnswerAsync(asked, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<IResult> PostAsync(HttpContext context)
    {
        RequestReader.CheckQuery(context.Request, []);
        var asked = await RequestReader.BodyAsync(
            context.Request, ServeJson.Web.RecommendRequest, context.RequestAborted).ConfigureAwait(false);
        return await AnswerAsync(asked, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<IResult> AnswerAsync(RecommendRequest asked, CancellationToken cancellation)
    {
        var k = RequestReader.Length(asked.K, options.MaxK);
        using var lease = models.Lease();
        var (served, model) = (lease.Served, lease.Served.Model);
        if (asked.User is not { } id)
            throw ServeFailure.BadRequest("the body has no user", "user, an id", "Say whose list is asked for.");
        if (!model.Users.TryFind(id, out var user))
            throw ServeFailure.Unknown(
                "user", id, "Ids are case-sensitive. Train with the plays of new users, or send them in the body.");
        var wanted = new WantedList(k, asked.IncludePlayed, served.ItemsOf(asked.Exclude ?? []));
        var list = await served.RecommendAsync(user, wanted, cancellation).ConfigureAwait(false);
        return TypedResults.Json(
            new RecommendResponse(id, served.Version, served.Listed(list)), ServeJson.Web.RecommendResponse);
    }
}
