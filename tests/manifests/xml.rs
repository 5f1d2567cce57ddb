//! As much XML as manifests and plists use: elements, attributes, text. Comments and headers are passed over; whatever
//! else it meets is a panic, since these files are our own.

#[derive(Debug, Default, Clone)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
}

impl Element {
    /// The value of attribute `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Every element below that is called `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> Vec<&'a Element> {
        let below = self.children.iter().flat_map(|child| child.all(name));
        self.children.iter().filter(|child| child.name == name).chain(below).collect()
    }

    /// In a plist's dict: what stands behind `key`.
    pub fn key(&self, key: &str) -> Option<&Element> {
        let at = self.children.iter().position(|c| c.name == "key" && c.text == key)?;
        self.children.get(at + 1)
    }

    /// In a plist's dict: its keys.
    pub fn keys(&self) -> Vec<&str> {
        self.children.iter().filter(|c| c.name == "key").map(|c| c.text.as_str()).collect()
    }
}

/// The root element of `source`.
pub fn parse(source: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut rest = source;
    while let Some(at) = rest.find('<') {
        open.last_mut().unwrap().text.push_str(rest[..at].trim());
        rest = &rest[at..];
        let end = if rest.starts_with("<!--") { "-->" } else { ">" };
        let (tag, after) = rest.split_once(end).expect("a tag that never ends");
        rest = after;
        if tag.starts_with("<!") || tag.starts_with("<?") {
            continue;
        }
        if let Some(name) = tag.strip_prefix("</") {
            let done = open.pop().unwrap();
            assert_eq!(done.name, name.trim(), "tags cross");
            open.last_mut().expect("one tag too many is closed").children.push(done);
            continue;
        }
        let alone = tag.ends_with('/');
        let element = element(tag.trim_start_matches('<').trim_end_matches('/'));
        if alone {
            open.last_mut().unwrap().children.push(element);
        } else {
            open.push(element);
        }
    }
    assert_eq!(open.len(), 1, "not closed: {:?}", open.last().map(|e| &e.name));
    open.pop().unwrap().children.pop().expect("no element")
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut attributes = Vec::new();
    while let Some((key, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').expect("an attribute that never ends");
        attributes.push((key.trim().to_owned(), value.to_owned()));
        rest = after;
    }
    assert!(rest.trim().is_empty(), "not an attribute: {rest}");
    Element { name: name.to_owned(), attributes, ..Element::default() }
}
