using GpuAls.App;

namespace GpuAls.Bench.Shapes;

/// <summary>The plays that <c>gpuals sample</c> makes, as <c>gpuals train</c> would load them, without a file between.</summary>
internal static class SampleMatrix
{
    /// <summary>Makes the plays. Users and items are numbered by falling number of plays, as a load does.</summary>
    public static InteractionMatrix Create(Shape shape)
    {
        var sample = new SamplePlays(new SampleOptions { Users = shape.Users, Items = shape.Items, Plays = shape.Plays });
        var (users, items, counts) = (new int[shape.Plays], new int[shape.Plays], new float[shape.Plays]);
        var row = 0;
        foreach (var history in sample.Histories())
        {
            for (var i = 0; i < history.Items.Length; i++, row++)
                (users[row], items[row], counts[row]) = (history.User, history.Items[i], history.Counts[i]);
        }

        var (userIds, itemIds) = (Number(users, shape.Users), Number(items, shape.Items));
        return new InteractionMatrix(userIds, itemIds, CsrBuilder.FromCoordinates(shape.Users, shape.Items, users, items, counts));
    }

    /// <summary>Replaces ids by indices in place. Ids without a row come last; a load would not know them.</summary>
    private static IdIndex<int> Number(int[] ids, int count)
    {
        var rows = new int[count];
        foreach (var id in ids) rows[id]++;
        var order = Enumerable.Range(0, count).OrderByDescending(id => rows[id]).ThenBy(id => id).ToArray();
        var indices = new int[count];
        for (var index = 0; index < count; index++) indices[order[index]] = index;
        foreach (ref var id in ids.AsSpan()) id = indices[id];
        return new IdIndex<int>(order);
    }
}
