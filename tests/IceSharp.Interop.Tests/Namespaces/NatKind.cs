namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>How a NAT of <see cref="NetworkLab"/> behaves, in the words of RFC 4787 for UDP.</summary>
public enum NatKind
{
    /// <summary>Endpoint-independent mapping, address and port-dependent filtering: the everyday home router.</summary>
    PortRestricted,

    /// <summary>Address and port-dependent mapping and filtering, with random ports ("symmetric"): no mapping can be foretold.</summary>
    Symmetric,

    /// <summary>Endpoint-independent mapping, address-dependent filtering. For one host behind it.</summary>
    AddressRestricted,

    /// <summary>Endpoint-independent mapping and filtering. For one host behind it.</summary>
    FullCone,
}
