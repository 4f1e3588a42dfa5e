using GpuAls.App;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary>
/// The page of <c>gpuals explore</c>, and what it asks for beside lists, neighbours and reasons: the model, searches,
/// histories, names and the map. They are for the page alone, so <c>/openapi/v1.json</c> does not list them.
/// </summary>
internal sealed class ExploreEndpoints
{
    private const int MostFound = 12;
    private const int MostPlayed = 200;
    private const int MostPoints = 500;

    private static readonly QueryParameter[] SearchParameters =
        [new("q", QueryKind.Text, "Part of an id or a name") { IsRequired = true }];

    private static readonly QueryParameter[] ItemParameters =
        [new("item", QueryKind.Text, "Id of the item") { IsRequired = true }];

    private static readonly QueryParameter[] HistoryParameters =
        [new("user", QueryKind.Text, "Id of the user") { IsRequired = true }];

    private readonly FactorModel _model;
    private readonly ExploreCatalog _catalog;
    private readonly ModelResponse _about;
    private readonly Lazy<MapResponse> _map;

    /// <param name="served">The model, which stays the same.</param>
    /// <param name="options">The limits.</param>
    public ExploreEndpoints(ServedModel served, ServeJobOptions options)
    {
        _model = served.Model;
        _catalog = new ExploreCatalog(served);
        _about = About(served, options);
        _map = new(Map);
    }

    /// <summary>Adds them to the application.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        ExplorePage.Map(routes);
        routes.MapGet("/explore/model", () => TypedResults.Json(_about, ServeJson.Web.ModelResponse));
        routes.MapGet("/explore/search", (Delegate)Search);
        routes.MapGet("/explore/history", (Delegate)History);
        routes.MapGet("/explore/item", (Delegate)Item);
        routes.MapGet("/explore/map", () => TypedResults.Json(_map.Value, ServeJson.Web.MapResponse));
    }

    private static ModelResponse About(ServedModel served, ServeJobOptions options)
    {
        var (model, manifest) = (served.Model, served.Model.Manifest!);
        var validation = manifest.Validation;
        return new ModelResponse
        {
            Model = served.Version,
            Users = model.Users.Count,
            Items = model.Items.Count,
            Plays = model.Plays.EntryCount,
            Rank = model.Rank,
            Feedback = Words.Of(model.Feedback),
            CanExplain = !model.HasNoPlays && !model.Options.Nonnegative,
            MaxK = options.MaxK,
            DefaultWeight = model.Feedback == Feedback.Explicit ? model.Plays.Values.ToArray().Max() : 1,
            HasTimes = model.Options.HalfLife is not null,
            Event = manifest.Input.EventWeights?.MaxBy(kind => kind.Value).Key,
            Facts = ReportFacts.Of(manifest),
            Metric = validation?.Metric,
            BestIteration = validation?.BestIteration,
            Metrics = validation?.Metrics,
            Iterations = manifest.Iterations,
        };
    }

    private JsonHttpResult<SearchResponse> Search(HttpContext context)
    {
        RequestReader.CheckQuery(context.Request, SearchParameters);
        var found = _catalog.Search(
            RequestReader.Text(context.Request, "q")!, MostFound, context.RequestAborted);
        return TypedResults.Json(found, ServeJson.Web.SearchResponse);
    }

    private JsonHttpResult<HistoryResponse> History(HttpContext context)
    {
        RequestReader.CheckQuery(context.Request, HistoryParameters);
        var user = RequestReader.Find(_model.Users, "user", RequestReader.Text(context.Request, "user")!);
        var (items, weights) = (_model.Plays.RowIndices(user).ToArray(), _model.Plays.RowValues(user).ToArray());
        var played = Enumerable.Range(0, items.Length).OrderByDescending(play => weights[play]).Take(MostPlayed)
            .Select(play => new PlayedItem(_catalog.Item(items[play]), weights[play]));
        return TypedResults.Json(
            new HistoryResponse(_model.Users.Format(user), items.Length, [.. played]),
            ServeJson.Web.HistoryResponse);
    }

    private JsonHttpResult<ExploredItem> Item(HttpContext context)
    {
        RequestReader.CheckQuery(context.Request, ItemParameters);
        var item = RequestReader.Find(_model.Items, "item", RequestReader.Text(context.Request, "item")!);
        return TypedResults.Json(_catalog.Item(item), ServeJson.Web.ExploredItem);
    }

    private MapResponse Map()
    {
        var likes = _model.ItemLikes;
        int[] items =
        [
            .. ListRule.Items(likes, _model.ItemFactors)
                .OrderByDescending(item => likes[item]).ThenBy(item => item).Take(MostPoints),
        ];
        var (points, kept) = ItemMap.Of(_model, items);
        return new MapResponse(
            kept, [.. items.Zip(points, (item, point) => new MapPoint(_catalog.Item(item), point.X, point.Y))]);
    }
}
