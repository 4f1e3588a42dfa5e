namespace GpuAls;

/// <summary>What a value in Thrift's compact protocol has to be: its type there, the fields of a struct, the elements of a list.</summary>
internal sealed class ThriftShape
{
    public const int True = 1;
    public const int False = 2;
    public const int Byte = 3;
    public const int Integer16 = 4;
    public const int Integer32 = 5;
    public const int Integer64 = 6;
    public const int Double = 7;
    public const int Binary = 8;
    public const int List = 9;
    public const int Struct = 12;

    public static readonly ThriftShape Bool = new(True);
    public static readonly ThriftShape I8 = new(Byte);
    public static readonly ThriftShape I16 = new(Integer16);
    public static readonly ThriftShape I32 = new(Integer32);
    public static readonly ThriftShape I64 = new(Integer64);
    public static readonly ThriftShape Bytes = new(Binary);

    private readonly ThriftShape[] _fields;

    private ThriftShape(int type, ThriftShape? element = null, params ThriftShape[] fields) => (Type, Element, _fields) = (type, element, fields);

    /// <summary>The type; <see cref="True"/> also for <see cref="False"/>.</summary>
    public int Type { get; }

    /// <summary>Of a list.</summary>
    public ThriftShape? Element { get; }

    /// <param name="fields">Those with the numbers 1, 2, ….</param>
    public static ThriftShape Of(params ThriftShape[] fields) => new(Struct, null, fields);

    public static ThriftShape ListOf(ThriftShape element) => new(List, element);

    /// <summary>The field of a number; null where it is not known, so that any shape will do.</summary>
    public ThriftShape? Field(int number) => number >= 1 && number <= _fields.Length ? _fields[number - 1] : null;
}
