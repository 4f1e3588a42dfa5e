using System.Buffers;

namespace GpuAls;

/// <summary>
/// Lists as Spark's recommendForAllUsers has them, one row per list: user and recommendations, an
/// array&lt;struct&lt;item, rating&gt;&gt;. Empty lists are rows too. Row groups hold about a million items.
/// </summary>
internal sealed class NestedListEncoder(ListColumns columns) : IListEncoder
{
    private readonly ParquetColumn[] _columns =
    [
        ParquetIds.Column(columns.List, columns.Model.Users.Type),
        .. columns.ListNames is null ? [] : new[] { ParquetColumn.Text(columns.ListName) },
        ParquetColumn.ListOfStructs(
            "recommendations",
            [
                ParquetIds.Column(columns.Listed, columns.Model.Items.Type), ParquetColumn.Float("rating"),
                .. columns.ListedNames is null ? [] : new[] { ParquetColumn.Text(columns.ListedName) },
            ]),
    ];

    private readonly List<WrittenRowGroup> _groups = [];

    public int BlockRows => 1 << 20;

    public ReadOnlyMemory<byte> Start() => ParquetFooterWriter.Magic.ToArray();

    public EncodedLists Encode(ListBlock block)
    {
        UserList[] lists = [.. block.Lists()];
        var pages = new RowGroupPages(lists.Length);
        AddUsers(pages, columns.Model.Users, lists);
        if (columns.ListNames is { } listNames) AddUsers(pages, listNames, lists);
        var levels = ListLevels.Of([.. lists.Select(list => list.Items.Length)]);
        var items = lists.Sum(list => list.Items.Length);
        ParquetListEncoder.AddItems(pages, columns.Model.Items, lists, items, levels);
        ParquetListEncoder.AddScores(pages, lists, items, levels);
        if (columns.ListedNames is { } names) ParquetListEncoder.AddItems(pages, names, lists, items, levels);
        return new EncodedGroup(pages.Finish());
    }

    public void WrittenAt(EncodedLists block, long offset) => _groups.Add(((EncodedGroup)block).Group.At(offset));

    public ReadOnlyMemory<byte> End() => ParquetFooterWriter.Encode(_columns, _groups);

    private static void AddUsers(RowGroupPages pages, IdIndex ids, UserList[] lists)
    {
        var plain = new ArrayBufferWriter<byte>(Math.Max(1, lists.Length * IdValues.UuidBytes));
        ParquetIds.WritePlain(plain, ids, [.. lists.Select(list => list.User)]);
        pages.AddPlain(plain.WrittenSpan);
    }
}
