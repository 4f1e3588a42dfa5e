using System.Net;

namespace GpuAls.App;

/// <summary>The declarations of <c>gpuals serve</c>.</summary>
internal static class ServeParameters
{
    private const string Never = "never";

    /// <summary>Rules of lists of users, which are not served.</summary>
    private static readonly string[] OfUsers = ["only-users", "exclude-users"];

    /// <summary>
    /// Of <c>gpuals explore</c>: those of a server for one browser on this machine, which shows one version.
    /// </summary>
    public static ParameterTable<ServeJobOptions> Explore => field ??= new(
        new ServeJobOptions { Port = 8090, Poll = null },
        [.. Serve.Where(parameter => parameter.Name is not "poll"
            && (parameter.Group != ParameterGroup.Serving || parameter.Name is "port"))]);

    /// <summary>Of <c>gpuals serve</c>.</summary>
    public static ParameterTable<ServeJobOptions> Serve => field ??= new(new ServeJobOptions(),
    [
        SharedParameters.Model<ServeJobOptions>(o => o.Model, (o, path) => o with { Model = path }),
        Parameter<ServeJobOptions>.Form(
            "poll", o => o.Poll is { } every ? Duration.Text(every) : Never,
            (o, text) => o with
            {
                Poll = text == Never ? null : Duration.Require(text, "--poll", $", or {Never}"),
            }) with
        {
            Group = ParameterGroup.Input,
            IsCommon = true,
            ValueName = $"TIME|{Never}",
            Summary = "How often to look for a new version of MODEL",
            Details = "A new version is served once it is read and found whole; requests under way end with the old "
                + "one. A version that cannot be read is refused, with a warning.",
        },
        .. SharedParameters.ItemNames<ServeJobOptions>(
            ParameterGroup.Output, "Names of items, for answers to have beside their ids",
            "A table with the columns of --item-column and --item-name-column. It is read again with each model.",
            o => o.NamesFile, (o, path) => o with { NamesFile = path },
            o => o.NameColumn, (o, name) => o with { NameColumn = name }),
        .. ListRuleParameters.Table.Where(parameter => !OfUsers.Contains(parameter.Name)).Select(
            parameter => parameter.Within<ServeJobOptions>(o => o.Rules, (o, rules) => o with { Rules = rules })),
        Parameter<ServeJobOptions>.Word(
            "on-unknown-user", o => o.OnUnknownUser, (o, value) => o with { OnUnknownUser = value }) with
        {
            Group = ParameterGroup.Serving,
            IsCommon = true,
            Summary = "What to answer for users who are not in the model",
            Details = "fail: status 404. skip: an empty list. popular: the items that most users have played.",
        },
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
        Parameter<ServeJobOptions>.Whole<int>(
            "max-plays", o => o.MaxPlays, (o, value) => o with { MaxPlays = value }, ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Serving,
            Summary = "Most plays in the body of a request, and most items that it may exclude",
        },
        Parameter<ServeJobOptions>.Form(
            "max-body", o => Parameter<ServeJobOptions>.TextOf(o.MaxBodyBytes),
            (o, text) => o with { MaxBodyBytes = ByteSize.Parse(text, "--max-body") }) with
        {
            Group = ParameterGroup.Serving,
            ValueName = "SIZE",
            DefaultNote = "1MB",
            Summary = "Longest body of a request; longer ones get status 413",
        },
        Parameter<ServeJobOptions>.Whole<int>(
            "max-requests", o => o.MaxRequests, (o, value) => o with { MaxRequests = value },
            ParameterRange.AtLeast(1)) with
        {
            Group = ParameterGroup.Serving,
            IsCommon = true,
            Summary = "Most requests under way; more get status 503 with Retry-After",
        },
        Parameter<ServeJobOptions>.Form(
            "timeout", o => Duration.Text(o.Timeout),
            (o, text) => o with { Timeout = Duration.Require(text, "--timeout") }) with
        {
            Group = ParameterGroup.Serving,
            ValueName = "TIME",
            Summary = "How long a request may take before it gets status 503",
        },
    ]);

    private static string Address(string text) => IPAddress.TryParse(text, out _)
        ? text
        : throw new GpuAlsException(
            FailureKind.Usage,
            $"--listen is '{text}'; expected an IP address, such as 127.0.0.1, 0.0.0.0 or ::1.");
}
