using System.Net;

namespace GpuAls.App;

/// <summary>The declarations of <c>gpuals serve</c>.</summary>
internal static class ServeParameters
{
    /// <summary>Of <c>gpuals serve</c>.</summary>
    public static ParameterTable<ServeJobOptions> Serve => field ??= new(new ServeJobOptions(),
    [
        SharedParameters.Model<ServeJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        Parameter<ServeJobOptions>.Form("listen", o => o.Listen, (o, text) => o with { Listen = Address(text) }) with
        {
            Group = ParameterGroup.Serving,
            IsCommon = true,
            ValueName = "ADDRESS",
            Summary = "IP address to listen on; 0.0.0.0 or :: for all",
            Details = "By default, only programs on this machine can connect, and requests for another host than "
                + "localhost are refused.",
        },
        Parameter<ServeJobOptions>.Whole<int>(
            "port", o => o.Port, (o, value) => o with { Port = value },
            ParameterRange.Between(0, IPEndPoint.MaxPort)) with
        {
            Group = ParameterGroup.Serving,
            IsCommon = true,
            Summary = "Port to listen on; 0 takes a free one",
        },
        Parameter<ServeJobOptions>.Whole<int>(
            "max-k", o => o.MaxK, (o, value) => o with { MaxK = value },
            ParameterRange.Between(1, TopKQuery.MaximumK)) with
        {
            Group = ParameterGroup.Serving,
            IsCommon = true,
            Summary = "Longest list that a request may ask for",
        },
    ]);

    private static string Address(string text) => IPAddress.TryParse(text, out _)
        ? text
        : throw new GpuAlsException(
            FailureKind.Usage,
            $"--listen is '{text}'; expected an IP address, such as 127.0.0.1, 0.0.0.0 or ::1.");
}
