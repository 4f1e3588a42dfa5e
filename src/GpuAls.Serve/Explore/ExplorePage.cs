using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace GpuAls.Serve;

/// <summary>The files of the page, which are in the assembly. They load nothing from elsewhere.</summary>
internal static class ExplorePage
{
    /// <summary>Scripts, styles and requests of this server only, and no page may frame it.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Prefix = "GpuAls.Serve.Page.";

    /// <summary>Adds them to the application.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var resource in typeof(ExplorePage).Assembly.GetManifestResourceNames())
        {
            var file = resource[Prefix.Length..];
            var (content, type) = (Read(resource), TypeOf(file));
            routes.MapGet(file == "index.html" ? "/" : $"/{file}", (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = Policy;
                context.Response.Headers.CacheControl = "no-cache";
                context.Response.Headers["Referrer-Policy"] = "no-referrer";
                return TypedResults.Bytes(content, type);
            });
        }
    }

    private static string TypeOf(string file) => Path.GetExtension(file) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => throw new InvalidOperationException($"{file} has a type that is not known."),
    };

    private static byte[] Read(string resource)
    {
        using var stream = typeof(ExplorePage).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
