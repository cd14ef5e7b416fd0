namespace IceSharp.Protocol.Dns;

/// <summary>What a name server is asked: records of one type of one name.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record DnsQuestion
{
    /// <summary>Creates a question.</summary>
    /// <param name="name">A complete domain name in ASCII; internationalised ones in their "xn--" form. No search list is applied.</param>
    /// <param name="type">The type of records.</param>
    /// <exception cref="ArgumentException"><paramref name="name"/> cannot be asked for: a label is not 1 to 63 printable bytes long, or all together are more than 255.</exception>
    public DnsQuestion(string name, DnsRecordType type)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!DnsName.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is no domain name that can be asked for.", nameof(name));
        }

        Name = name;
        Type = type;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The type of records.</summary>
    public DnsRecordType Type { get; }

    /// <summary>"_stun._udp.example.org Srv".</summary>
    public override string ToString() => $"{Name} {Type}";
}
