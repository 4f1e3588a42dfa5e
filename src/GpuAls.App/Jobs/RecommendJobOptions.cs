namespace GpuAls.App;

/// <summary>From a saved model to lists.</summary>
internal sealed record RecommendJobOptions
{
    /// <summary>Directory of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Ids of users, as text.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// File of user ids; together with <see cref="Users"/> it chooses whose lists are made. Without both: all users.
    /// </summary>
    public string? UsersFile { get; init; }

    /// <summary>Whether users who are not in the model are skipped.</summary>
    public bool SkipUnknownUsers { get; init; }

    /// <summary>File or database of the lists; null writes CSV to a text writer.</summary>
    public string? Output { get; init; }

    /// <summary>Which tables of a database are written.</summary>
    public TableOptions Tables { get; init; } = new();

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Length of a list.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether items a user has played may be listed.</summary>
    public bool IncludePlayed { get; init; }

    /// <summary>What lists may hold besides.</summary>
    public ListRuleOptions Rules { get; init; } = new();

    /// <summary>The files that are read besides the model, each with its option.</summary>
    public IEnumerable<(string Option, string File)> Files =>
        UsersFile is null ? Rules.Files : Rules.Files.Prepend(("--users", UsersFile));
}

/// <summary>What became of the users.</summary>
/// <param name="Lists">Lists that were made.</param>
/// <param name="UnknownUsers">Users who are not in the model.</param>
/// <param name="UsersWithoutPlays">Users of the model who have no play above 0, or factors that are all 0.</param>
/// <param name="NamedUsers">Different users that were named; null where lists were made for all.</param>
/// <param name="EmptyLists">Lists without items: their users played everything that the rules leave.</param>
internal sealed record RecommendReport(
    int Lists, int UnknownUsers, int UsersWithoutPlays, int? NamedUsers, int EmptyLists);
