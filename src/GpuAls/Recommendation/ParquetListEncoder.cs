using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// Lists in long form, one row per listed item, in row groups of about a million rows. The ids of a row group are
/// encoded once each, as its dictionary, and a list is one run of its user; several row groups are encoded at once.
/// </summary>
internal sealed class ParquetListEncoder(ListColumns columns) : IListEncoder
{
    private readonly ParquetColumn[] _columns =
    [
        ParquetIds.Column(columns.List, columns.Model.Users.Type),
        ParquetIds.Column(columns.Listed, columns.Model.Items.Type),
        ParquetColumn.Integer("rank"), ParquetColumn.Float("score"),
        .. columns.ListNames is null ? [] : new[] { ParquetColumn.Text(columns.ListName) },
        .. columns.ListedNames is null ? [] : new[] { ParquetColumn.Text(columns.ListedName) },
    ];

    private readonly List<WrittenRowGroup> _groups = [];

    public int BlockRows => 1 << 20;

    public ReadOnlyMemory<byte> Start() => ParquetFooterWriter.Magic.ToArray();

    public EncodedLists Encode(ListBlock block)
    {
        UserList[] lists = [.. block.Lists().Where(list => list.Items.Length > 0)];
        var rows = lists.Sum(list => list.Items.Length);
        if (rows == 0) return new EncodedGroup(new WrittenRowGroup(default, 0, []));
        var pages = new RowGroupPages(rows);
        AddUsers(pages, columns.Model.Users, lists, block.MaximumRows);
        AddItems(pages, columns.Model.Items, lists, rows);
        AddRanks(pages, lists, rows);
        AddScores(pages, lists, rows);
        if (columns.ListNames is { } listNames) AddUsers(pages, listNames, lists, block.MaximumRows);
        if (columns.ListedNames is { } listedNames) AddItems(pages, listedNames, lists, rows);
        return new EncodedGroup(pages.Finish());
    }

    public void WrittenAt(EncodedLists block, long offset)
    {
        var group = ((EncodedGroup)block).Group;
        if (group.Rows > 0) _groups.Add(group.At(offset));
    }

    public ReadOnlyMemory<byte> End() => ParquetFooterWriter.Encode(_columns, _groups);

    private static void AddUsers(RowGroupPages pages, IdIndex ids, UserList[] lists, int maximumUsers)
    {
        var dictionary = new IdDictionary(ids);
        var codes = CodePage.OfRuns(maximumUsers, lists.Length);
        foreach (var list in lists) codes.AddRun(dictionary.Code(list.User), list.Items.Length);
        pages.AddCoded(dictionary.Plain(), dictionary.Count, codes.Finish(0));
    }

    /// <summary>Adds the ids of what the lists hold.</summary>
    /// <param name="pages">The row group.</param>
    /// <param name="ids">The ids, or names.</param>
    /// <param name="lists">The lists.</param>
    /// <param name="rows">How many items they hold.</param>
    /// <param name="levels">Which list each belongs to; null where each has a row.</param>
    public static void AddItems(
        RowGroupPages pages, IdIndex ids, UserList[] lists, int rows, ListLevels? levels = null)
    {
        var dictionary = new IdDictionary(ids);
        var codes = CodePage.OfSingles(Math.Min(ids.Count, rows), rows);
        foreach (var list in lists)
            foreach (var item in list.Items.Span) codes.Add(dictionary.Code(item));
        pages.AddCoded(dictionary.Plain(), dictionary.Count, codes.Finish(rows), levels);
    }

    private static void AddRanks(RowGroupPages pages, UserList[] lists, int rows)
    {
        var longest = lists.Max(list => list.Items.Length);
        var dictionary = new byte[longest * sizeof(int)];
        for (var position = 0; position < longest; position++)
            BinaryPrimitives.WriteInt32LittleEndian(dictionary.AsSpan(position * sizeof(int)), position + 1);
        var codes = CodePage.OfSingles(longest, rows);
        foreach (var list in lists)
            for (var position = 0; position < list.Items.Length; position++) codes.Add(position);
        pages.AddCoded(dictionary, longest, codes.Finish(rows));
    }

    /// <summary>Adds the scores, as <see cref="AddItems"/>.</summary>
    public static void AddScores(RowGroupPages pages, UserList[] lists, int rows, ListLevels? levels = null)
    {
        var values = new ArrayBufferWriter<byte>(Math.Max(1, rows * sizeof(float)));
        foreach (var list in lists) values.Write(MemoryMarshal.AsBytes(list.Scores.Span));
        pages.AddPlain(values.WrittenSpan, levels);
    }

}

/// <summary>A row group of lists.</summary>
internal sealed record EncodedGroup(WrittenRowGroup Group) : EncodedLists(Group.Bytes);

/// <summary>
/// The distinct ids of a row group, in order of first appearance; a row holds a code, the id's position among them.
/// </summary>
internal sealed class IdDictionary(IdIndex ids)
{
    private readonly Dictionary<int, int> _codes = [];
    private readonly List<int> _indices = [];

    /// <summary>Number of distinct ids.</summary>
    public int Count => _indices.Count;

    /// <summary>The code of the id at an index.</summary>
    public int Code(int index)
    {
        ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, index, out var known);
        if (known) return code;
        code = _indices.Count;
        _indices.Add(index);
        return code;
    }

    /// <summary>The ids in Parquet's PLAIN encoding.</summary>
    public ReadOnlySpan<byte> Plain()
    {
        var page = new ArrayBufferWriter<byte>(Math.Max(1, Count * IdValues.UuidBytes));
        ParquetIds.WritePlain(page, ids, CollectionsMarshal.AsSpan(_indices));
        return page.WrittenSpan;
    }
}
