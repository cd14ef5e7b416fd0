using System.Globalization;

namespace IceSharp.Protocol.Agent;

/// <summary>Gives equal foundations to local candidates that agree in type, base IP, server IP and transport (RFC 8445 §5.1.1.3).</summary>
internal sealed class FoundationTable
{
    private readonly List<(IceCandidateType Type, IpAddress Base, IpAddress Server)> _known = [];

    public string Get(IceCandidateType type, IpAddress baseAddress, IpAddress server)
    {
        var key = (type, baseAddress, server);
        int index = _known.IndexOf(key);
        if (index < 0)
        {
            index = _known.Count;
            _known.Add(key);
        }

        return (index + 1).ToString(CultureInfo.InvariantCulture);
    }
}
