using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace GpuAls.Serve;

/// <summary><c>/openapi/v1.json</c>: the description of the API, made of what the endpoints declare.</summary>
internal static class ApiDocument
{
    /// <summary>Adds what makes the description.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.NumberHandling = ServeJson.Web.Options.NumberHandling;
            options.SerializerOptions.PropertyNamingPolicy = ServeJson.Web.Options.PropertyNamingPolicy;
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ServeJson.Web);
        });
        services.AddOpenApi("v1", options =>
        {
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "gpuals serve";
                document.Info.Version = ProductVersion.Text;
                document.Info.Description = "Lists, neighbours and explanations from a model that gpuals trained.";
                return Task.CompletedTask;
            });
            options.AddOperationTransformer((operation, context, _) =>
            {
                var asked = context.Description.ActionDescriptor.EndpointMetadata.OfType<AskedInQuery>();
                foreach (var parameter in asked.SelectMany(metadata => metadata.Parameters))
                    (operation.Parameters ??= []).Add(Of(parameter));
                return Task.CompletedTask;
            });
            options.AddSchemaTransformer((schema, context, _) =>
            {
                if (context.JsonPropertyInfo?.CustomConverter is IdConverter) schema.Type = IdTypes;
                if (context.JsonPropertyInfo?.CustomConverter is IdListConverter)
                    (schema.Type, schema.Items) = (JsonSchemaType.Array, new OpenApiSchema { Type = IdTypes });
                if (context.JsonPropertyInfo is null) // answers leave out what is null
                    foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.IsGetNullable))
                        schema.Required?.Remove(property.Name);
                return Task.CompletedTask;
            });
        });
    }

    /// <summary>Adds its endpoint.</summary>
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapOpenApi("/openapi/{documentName}.json").WithMetadata(AlwaysAnswered.Instance);

    /// <summary>Says what an endpoint is for, what it is asked and how it answers.</summary>
    /// <typeparam name="T">The body of an answer.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="summary">What it is for.</param>
    /// <param name="parameters">What the query may have.</param>
    /// <param name="failures">Statuses besides 200.</param>
    public static RouteHandlerBuilder Describe<T>(
        this RouteHandlerBuilder endpoint, string summary, IReadOnlyList<QueryParameter> parameters,
        params int[] failures)
    {
        endpoint.WithSummary(summary).WithMetadata(new AskedInQuery(parameters)).Produces<T>();
        foreach (var status in failures) endpoint.Produces<Problem>(status, Problem.ContentType);
        return endpoint;
    }

    private static JsonSchemaType IdTypes => JsonSchemaType.String | JsonSchemaType.Integer;

    private static OpenApiParameter Of(QueryParameter parameter)
    {
        var schema = new OpenApiSchema
        {
            Type = parameter.Kind switch
            {
                QueryKind.Whole => JsonSchemaType.Integer,
                QueryKind.Flag => JsonSchemaType.Boolean,
                QueryKind.Texts => JsonSchemaType.Array,
                _ => JsonSchemaType.String,
            },
        };
        if (parameter.Kind == QueryKind.Texts) schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
        if (parameter.Words.Count > 0) schema.Enum = [.. parameter.Words];
        return new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Summary,
            Required = parameter.IsRequired,
            Schema = schema,
        };
    }

    /// <summary>What the query of an endpoint may have.</summary>
    private sealed record AskedInQuery(IReadOnlyList<QueryParameter> Parameters);
}
