using Parquet.Meta;
using Type = Parquet.Meta.Type;

namespace GpuAls;

/// <summary>The schema of a Parquet file, flattened.</summary>
/// <param name="Leaves">The columns, in file order.</param>
/// <param name="Groups">Names of the structs, lists and maps; nested names are separated by dots.</param>
internal sealed record ParquetSchemaTree(IReadOnlyList<ParquetField> Leaves, IReadOnlyList<string> Groups)
{
    private const int MaximumDepth = 64;

    /// <summary>
    /// Parses the list of SchemaElement of parquet.thrift, in which a node comes before its children.
    /// </summary>
    public static ParquetSchemaTree Parse(ref ThriftReader thrift, int type)
    {
        var elements = new List<Element>();
        for (var count = thrift.List(type, ThriftType.Struct); count > 0; count--)
            elements.Add(Element.Parse(ref thrift));
        if (elements.Count == 0 || elements[0].Children < 0) throw thrift.Damaged();
        var walk = new Walk(elements);
        walk.AddChildren(elements[0], "", definition: 0, isRepeated: false, depth: 0);
        return walk.IsWhole ? new ParquetSchemaTree(walk.Leaves, walk.Groups) : throw thrift.Damaged();
    }

    private sealed class Walk(List<Element> elements)
    {
        private int _next = 1;
        private bool _isDamaged;

        public List<ParquetField> Leaves { get; } = [];

        public List<string> Groups { get; } = [];

        public bool IsWhole => !_isDamaged && _next == elements.Count;

        public void AddChildren(Element parent, string prefix, int definition, bool isRepeated, int depth)
        {
            _isDamaged |= depth > MaximumDepth;
            for (var child = 0; child < parent.Children && !_isDamaged; child++)
            {
                if (_next == elements.Count) _isDamaged = true;
                else Add(elements[_next++], prefix, definition, isRepeated, depth);
            }
        }

        private void Add(Element element, string prefix, int definition, bool isRepeated, int depth)
        {
            var name = prefix + element.Name;
            if (element.Repetition != FieldRepetitionType.REQUIRED) definition++;
            isRepeated |= element.Repetition == FieldRepetitionType.REPEATED;
            if (element.Type is { } type)
            {
                Leaves.Add(new ParquetField(
                    name,
                    type,
                    element.TypeLength,
                    element.Meaning,
                    element.Precision,
                    element.Scale,
                    definition,
                    isRepeated,
                    Leaves.Count));
                return;
            }

            Groups.Add(name);
            AddChildren(element, $"{name}.", definition, isRepeated, depth + 1);
        }
    }

    private sealed class Element
    {
        private ParquetMeaning? _logical;
        private ParquetMeaning? _converted;

        public string Name { get; private set; } = "";

        /// <summary>Null for groups.</summary>
        public Type? Type { get; private set; }

        public int TypeLength { get; private set; }

        public FieldRepetitionType Repetition { get; private set; } = FieldRepetitionType.REQUIRED;

        public int Children { get; private set; }

        public int Scale { get; private set; }

        public int Precision { get; private set; }

        /// <summary>The older converted type serves only files, and meanings, that have no logical type.</summary>
        public ParquetMeaning Meaning => _logical ?? _converted ?? ParquetMeaning.None;

        public static Element Parse(ref ThriftReader thrift)
        {
            var element = new Element();
            var number = 0;
            while (thrift.NextField(ref number) is var type and > 0)
            {
                switch (number)
                {
                    case 1: element.Type = (Type)thrift.Integer32(type); break;
                    case 2: element.TypeLength = thrift.Integer32(type); break;
                    case 3: element.Repetition = (FieldRepetitionType)thrift.Integer32(type); break;
                    case 4: element.Name = thrift.Text(type); break;
                    case 5: element.Children = thrift.Integer32(type); break;
                    case 6: element._converted = MeaningOf((ConvertedType)thrift.Integer32(type)); break;
                    case 7: element.Scale = thrift.Integer32(type); break;
                    case 8: element.Precision = thrift.Integer32(type); break;
                    case 10:
                        thrift.Expect(type, ThriftType.Struct);
                        element.ParseLogicalType(ref thrift);
                        break;
                    default: thrift.SkipValue(type); break;
                }
            }

            if (element.Repetition is < FieldRepetitionType.REQUIRED or > FieldRepetitionType.REPEATED)
                throw thrift.Damaged();
            return element;
        }

        private static ParquetMeaning MeaningOf(ConvertedType type) => type switch
        {
            ConvertedType.UTF8 => ParquetMeaning.Text,
            ConvertedType.MAP or ConvertedType.MAP_KEY_VALUE or ConvertedType.LIST => ParquetMeaning.Nested,
            ConvertedType.ENUM => ParquetMeaning.Enum,
            ConvertedType.DECIMAL => ParquetMeaning.Decimal,
            ConvertedType.DATE => ParquetMeaning.Date,
            ConvertedType.TIME_MILLIS or ConvertedType.TIME_MICROS => ParquetMeaning.Time,
            ConvertedType.TIMESTAMP_MILLIS => ParquetMeaning.TimestampMillis,
            ConvertedType.TIMESTAMP_MICROS => ParquetMeaning.TimestampMicros,
            ConvertedType.UINT_8 => ParquetMeaning.UInt8,
            ConvertedType.UINT_16 => ParquetMeaning.UInt16,
            ConvertedType.UINT_32 => ParquetMeaning.UInt32,
            ConvertedType.UINT_64 => ParquetMeaning.UInt64,
            ConvertedType.INT_8 => ParquetMeaning.Int8,
            ConvertedType.INT_16 => ParquetMeaning.Int16,
            ConvertedType.INT_32 => ParquetMeaning.Int32,
            ConvertedType.INT_64 => ParquetMeaning.Int64,
            ConvertedType.JSON => ParquetMeaning.Json,
            ConvertedType.BSON => ParquetMeaning.Bson,
            ConvertedType.INTERVAL => ParquetMeaning.Interval,
            _ => ParquetMeaning.None,
        };

        /// <summary>LogicalType is a union: a struct in which one field is set.</summary>
        private void ParseLogicalType(ref ThriftReader thrift)
        {
            var number = 0;
            while (thrift.NextField(ref number) is var type and > 0)
            {
                thrift.Expect(type, ThriftType.Struct);
                _logical = number switch
                {
                    5 => ParseDecimal(ref thrift),
                    8 => ParseTimestamp(ref thrift),
                    10 => ParseInteger(ref thrift),
                    _ => ParseOther(ref thrift, number, type),
                };
            }
        }

        private static ParquetMeaning? ParseOther(ref ThriftReader thrift, int number, int type)
        {
            thrift.SkipValue(type);
            return number switch
            {
                1 => ParquetMeaning.Text,
                2 or 3 => ParquetMeaning.Nested,
                4 => ParquetMeaning.Enum,
                6 => ParquetMeaning.Date,
                7 => ParquetMeaning.Time,
                12 => ParquetMeaning.Json,
                13 => ParquetMeaning.Bson,
                14 => ParquetMeaning.Uuid,
                15 => ParquetMeaning.Float16,
                _ => null, // a meaning newer than this reader, or none (a column of nulls)
            };
        }

        private ParquetMeaning ParseDecimal(ref ThriftReader thrift)
        {
            var number = 0;
            while (thrift.NextField(ref number) is var type and > 0)
            {
                if (number == 1) Scale = thrift.Integer32(type);
                else if (number == 2) Precision = thrift.Integer32(type);
                else thrift.SkipValue(type);
            }

            return ParquetMeaning.Decimal;
        }

        private static ParquetMeaning ParseTimestamp(ref ThriftReader thrift)
        {
            var unit = ParquetMeaning.TimestampMillis;
            var number = 0;
            while (thrift.NextField(ref number) is var type and > 0)
            {
                if (number != 2)
                {
                    thrift.SkipValue(type);
                    continue;
                }

                thrift.Expect(type, ThriftType.Struct);
                var unitNumber = 0;
                while (thrift.NextField(ref unitNumber) is var unitType and > 0)
                {
                    thrift.SkipValue(unitType);
                    unit = unitNumber switch
                    {
                        1 => ParquetMeaning.TimestampMillis,
                        2 => ParquetMeaning.TimestampMicros,
                        3 => ParquetMeaning.TimestampNanos,
                        _ => throw thrift.Damaged(),
                    };
                }
            }

            return unit;
        }

        private static ParquetMeaning ParseInteger(ref ThriftReader thrift)
        {
            var (bits, isSigned) = (0, false);
            var number = 0;
            while (thrift.NextField(ref number) is var type and > 0)
            {
                if (number == 1 && type == ThriftType.Byte) bits = thrift.Byte();
                else if (number == 2) isSigned = thrift.Bool(type);
                else thrift.SkipValue(type);
            }

            return (bits, isSigned) switch
            {
                (8, true) => ParquetMeaning.Int8,
                (16, true) => ParquetMeaning.Int16,
                (32, true) => ParquetMeaning.Int32,
                (64, true) => ParquetMeaning.Int64,
                (8, false) => ParquetMeaning.UInt8,
                (16, false) => ParquetMeaning.UInt16,
                (32, false) => ParquetMeaning.UInt32,
                (64, false) => ParquetMeaning.UInt64,
                _ => throw thrift.Damaged(),
            };
        }
    }
}
