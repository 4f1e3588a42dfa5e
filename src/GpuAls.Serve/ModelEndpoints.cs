using GpuAls.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary><c>/similar</c>: neighbours of an item or a user. <c>/explain</c>: which plays made a score.</summary>
/// <param name="options">The limits.</param>
/// <param name="models">The model that is served.</param>
internal sealed class ModelEndpoints(ServeJobOptions options, ModelSource models)
{
    private static readonly QueryParameter[] SimilarParameters =
    [
        new("item", QueryKind.Text, "Id of an item, whose neighbours are items"),
        new("user", QueryKind.Text, "Id of a user, whose neighbours are users; instead of item"),
        new("k", QueryKind.Whole, "Number of neighbours"),
        new("measure", QueryKind.Text, "What is compared: the cosine of factors, or their inner product")
        {
            Words = Words.All<SimilarityMeasure>(),
        },
    ];

    private static readonly QueryParameter[] ExplainParameters =
    [
        new("user", QueryKind.Text, "Id of the user") { IsRequired = true },
        new("item", QueryKind.Text, "Id of the item") { IsRequired = true },
        new("k", QueryKind.Whole, "Plays to tell one by one, those with the largest contributions"),
    ];

    /// <summary>Adds them to the application.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/similar", (Delegate)SimilarAsync)
            .Describe<SimilarResponse>(
                "The items most similar to an item, or the users to a user", SimilarParameters, 400, 404, 503);
        routes.MapGet("/explain", (Delegate)Explain)
            .Describe<ExplainReport>(
                "Which plays of a user made the score of an item", ExplainParameters, 400, 404, 422, 503);
    }

    private async Task<JsonHttpResult<SimilarResponse>> SimilarAsync(HttpContext context)
    {
        var request = context.Request;
        RequestReader.CheckQuery(request, SimilarParameters);
        var k = RequestReader.Length(RequestReader.Whole(request, "k"), options.MaxK);
        var word = RequestReader.Text(request, "measure") ?? Words.Of(SimilarityMeasure.Cosine);
        if (!Words.TryParse<SimilarityMeasure>(word, out var measure))
            throw ServeFailure.BadRequest(
                $"measure is {Quoted.Of(word)}", Words.OneOf(Words.All<SimilarityMeasure>()), "Correct it.");
        var (item, user) = (RequestReader.Text(request, "item"), RequestReader.Text(request, "user"));
        if (item is null == user is null)
            throw ServeFailure.BadRequest(
                item is null ? "item and user are missing" : "there are an item and a user", "one of them",
                "Say whose neighbours are asked for.");
        using var lease = models.Lease();
        var (served, model) = (lease.Served, lease.Served.Model);
        var index = item is null
            ? RequestReader.Find(model.Users, "user", user!)
            : RequestReader.Find(model.Items, "item", item);
        var list = await served.SimilarAsync(item is null, index, measure, k, context.RequestAborted)
            .ConfigureAwait(false);
        var response = item is null
            ? new SimilarResponse(served.Version) { User = user, Users = Users(model, list) }
            : new SimilarResponse(served.Version)
            {
                Item = item,
                Name = served.NameOf(index),
                Items = served.Listed(list),
            };
        return TypedResults.Json(response, ServeJson.Web.SimilarResponse);
    }

    private JsonHttpResult<ExplainReport> Explain(HttpContext context)
    {
        var request = context.Request;
        RequestReader.CheckQuery(request, ExplainParameters);
        var k = RequestReader.Length(RequestReader.Whole(request, "k"), options.MaxK);
        using var lease = models.Lease();
        var (served, model) = (lease.Served, lease.Served.Model);
        var user = RequestReader.Find(model.Users, "user", RequestReader.Text(request, "user")!);
        var item = RequestReader.Find(model.Items, "item", RequestReader.Text(request, "item")!);
        if (model.Options.Nonnegative)
            throw new ServeFailure(
                StatusCodes.Status422UnprocessableEntity,
                "the model has nonnegative factors (--nonnegative), whose scores are not sums over plays",
                "a model without", "Scores of this model cannot be explained.");
        if (!Recommender.HasPlays(model, user))
            throw new ServeFailure(
                StatusCodes.Status422UnprocessableEntity,
                $"user {Quoted.Of(model.Users.Format(user))} has no play above 0, or factors that are all 0",
                "a user with plays", "Every score of this user is 0, and there is nothing to explain.");
        return TypedResults.Json(served.Explain(user, item, k), ServeJson.Web.ExplainReport);
    }

    private static UserOfList[] Users(FactorModel model, UserList list)
    {
        var users = list.Items.Span;
        var scores = list.Scores.Span;
        var listed = new UserOfList[users.Length];
        for (var i = 0; i < listed.Length; i++) listed[i] = new UserOfList(model.Users.Format(users[i]), scores[i]);
        return listed;
    }
}
