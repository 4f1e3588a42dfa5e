namespace GpuAls.App;

/// <summary>From a saved model to lists.</summary>
internal sealed record RecommendJobOptions
{
    /// <summary>Directory of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Plays of the users whose lists are made, from which their factors are computed; empty takes those of the model.
    /// </summary>
    public IReadOnlyList<string> Plays { get; init; } = [];

    /// <summary>Lists neighbours by this measure; null recommends.</summary>
    public SimilarityMeasure? Similarity { get; init; }

    /// <summary>Whether lists are made for all where no ids are given; <c>gpuals similar</c> wants that said.</summary>
    public bool IsForAll { get; init; }

    /// <summary>Ids of users, as text.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>
    /// File of user ids; together with <see cref="Users"/> it chooses whose lists are made. Without both: all users.
    /// </summary>
    public string? UsersFile { get; init; }

    /// <summary>Whether users who are not in the model are skipped.</summary>
    public bool SkipUnknownUsers { get; init; }

    /// <summary>Whether lists are made for items, of users.</summary>
    public bool ForItems => Rules.ForItems;

    /// <summary>Ids of items, as text; with <see cref="ForItems"/>.</summary>
    public IReadOnlyList<string> Items { get; init; } = [];

    /// <summary>File of item ids; with <see cref="ForItems"/>. Without it and <see cref="Items"/>: all items.</summary>
    public string? ItemsFile { get; init; }

    /// <summary>Whether items that are not in the model are skipped; with <see cref="ForItems"/>.</summary>
    public bool SkipUnknownItems { get; init; }

    /// <summary>File with the name of each item; null for ids only.</summary>
    public string? NamesFile { get; init; }

    /// <summary>The column of names in it.</summary>
    public string NameColumn { get; init; } = "name";

    /// <summary>What has lists.</summary>
    public string Whose => ForItems ? "item" : "user";

    /// <summary>File or database of the lists; null writes to a text writer.</summary>
    public string? Output { get; init; }

    /// <summary>Which tables of a database are written.</summary>
    public TableOptions Tables { get; init; } = new();

    /// <summary>What a row of a file of lists is.</summary>
    public ListShape ListShape { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Length of a list.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether items a user has played may be listed.</summary>
    public bool IncludePlayed { get; init; }

    /// <summary>What lists may hold besides.</summary>
    public ListRuleOptions Rules { get; init; } = new();

    /// <summary>The files that are read besides the model, each with its option.</summary>
    public IEnumerable<(string Option, string File)> Files
    {
        get
        {
            foreach (var file in Plays.Where(file => !Databases.Has(file))) yield return ("--plays", file);
            if (UsersFile is not null) yield return ("--users", UsersFile);
            if (ItemsFile is not null) yield return ("--items", ItemsFile);
            foreach (var file in Rules.Files) yield return file;
            if (NamesFile is not null) yield return ("--item-names", NamesFile);
        }
    }
}

/// <summary>What became of the users, or items, whose lists were asked for.</summary>
/// <param name="Chosen">Whose lists were made.</param>
/// <param name="EmptyLists">Lists with nothing in them.</param>
internal sealed record RecommendReport(ListSelection Chosen, int EmptyLists)
{
    /// <summary>Lists that were made.</summary>
    public int Lists => Chosen.Indices.Length;
}
